import Foundation
import MapReduceModel
import TestSupport
import Testing

@testable import MapReduceTool

/// What observations mean, case by case.
@Suite struct DiagnosisTests {
    private static let gigabyte = 1 << 30
    private static let url = "http://c:9310"

    private static func status(
        free: Int = 100 << 30,
        files: Int = 65_536,
        version: Int = ClusterProtocol.version,
        release: String = Release.version,
        diagnostics: WorkerDiagnostics? = nil
    ) -> ServiceStatus {
        ServiceStatus(
            version: version,
            release: release,
            time: 0,
            directory: "/d",
            freeByteCount: free,
            fileLimit: files,
            diagnostics: diagnostics
        )
    }

    private static let noSkew = Observations.ClockReading(ahead: 0, uncertainty: 0)

    private static func healthy(workers: Int = 2) -> Observations {
        let urls = (1...max(workers, 1)).map { "http://w\($0)" }
        return Observations(
            machine: Observations.Machine(
                directory: "/tmp",
                freeByteCount: 100 << 30,
                fileLimit: 65_536
            ),
            coordinatorURL: url,
            hasToken: true,
            coordinator: .answered(status(), noSkew),
            workers: (0..<workers).map { index in
                Observations.Worker(
                    status: WorkerStatus(
                        id: WorkerID(index + 1),
                        url: urls[index],
                        slotCount: 4,
                        runningCount: 0,
                        silence: 0.2,
                        state: .ready
                    ),
                    serviceStatus: .answered(
                        status(
                            diagnostics: WorkerDiagnostics(
                                slotCount: 4,
                                minFreeByteCount: gigabyte,
                                coordinator: WorkerDiagnostics.Reach(url: url),
                                peers: urls.map { WorkerDiagnostics.Reach(url: $0) }
                            )
                        ),
                        noSkew
                    )
                )
            }
        )
    }

    /// What is not well, as `outcome subject: check`.
    private func bad(_ seen: Observations) -> [String] {
        let findings = Diagnosis(seen).findings
        for finding in findings {
            #expect((finding.outcome == .ok) == (finding.remedy == nil), "\(finding)")
            #expect(!finding.seen.isEmpty)
        }
        return findings.filter { $0.outcome != .ok }
            .map { "\($0.outcome) \($0.subject): \($0.check)" }
    }

    private func bad(_ change: (inout Observations) -> Void) -> [String] {
        var seen = Self.healthy()
        change(&seen)
        return bad(seen)
    }

    @Test func allIsWell() {
        for count in 1...5 { #expect(bad(Self.healthy(workers: count)) == []) }
        #expect(bad { $0.workers = [] } == ["problem cluster: workers"])
    }

    @Test func thisMachine() {
        #expect(
            bad { $0.machine.freeByteCount = 1 << 20 } == ["warning this machine: scratch space"]
        )
        #expect(
            bad { $0.machine.freeByteCount = nil } == ["problem this machine: scratch space"]
        )
        #expect(bad { $0.machine.fileLimit = 255 } == ["problem this machine: open files"])
        #expect(bad { $0.machine.fileLimit = 256 } == [])
        #expect(bad { $0.machine.fileLimit = .max } == [])
    }

    /// As the HTTP client words what goes wrong, with what there is to do.
    @Test(arguments: [
        ("connection reset (error set): Connection refused) (errno: 111))", "start one there"),
        ("DNS error: SocketAddressError.UnknownHost: Name or service not known", "mend the name"),
        ("handshakeFailed(…:OPENSSL_internal:WRONG_VERSION_NUMBER at …)", "use http://"),
        ("Remote connection closed", "use https://"),
        ("handshakeFailed(…:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED at …)", "--tls-ca"),
        ("Deadline exceeded", "firewall"),
        ("connectTimeout", "firewall"),
        ("something else", "the log"),
    ])
    func theCoordinatorDoesNotAnswer(_ reason: String, _ remedy: String) {
        var seen = Self.healthy()
        seen.coordinator = .unreachable(reason: reason)
        seen.workers = nil
        #expect(bad(seen) == ["problem coordinator: reachable"])
        #expect(Diagnosis(seen).findings.last?.remedy?.contains(remedy) ?? false)
    }

    @Test func theCoordinatorRefuses() {
        func refusal(_ status: Int, _ code: String) -> [String] {
            bad {
                $0.coordinator = .refused(status: status, code: code, message: "no")
                $0.workers = nil
            }
        }
        #expect(refusal(401, "unauthorized") == ["problem coordinator: token"])
        #expect(refusal(400, "unknown-version") == ["problem coordinator: version"])
        #expect(refusal(404, "not-found") == ["warning coordinator: version"])
        #expect(refusal(502, "http") == ["problem coordinator: reachable"])
        #expect(refusal(500, "internal") == ["problem coordinator: check"])
    }

    @Test func howTheCoordinatorIsPlaced() {
        func placed(_ status: ServiceStatus) -> [String] {
            bad { $0.coordinator = .answered(status, Self.noSkew) }
        }
        #expect(placed(Self.status(version: 2)) == ["problem coordinator: version"])
        #expect(placed(Self.status(release: "9.9")) == ["warning coordinator: version"])
        #expect(placed(Self.status(free: 1 << 20)) == ["warning coordinator: data directory"])
        #expect(placed(Self.status(files: 100)) == ["problem coordinator: open files"])
        // Two workers need eight more than the least.
        #expect(placed(Self.status(files: 263)) == ["warning coordinator: open files"])
        #expect(placed(Self.status(files: 264)) == [])
    }

    @Test func clocks() {
        func skew(_ coordinator: Double, _ worker: Double, _ uncertainty: Double = 0) -> [String] {
            bad { seen in
                seen.coordinator = .answered(
                    Self.status(),
                    Observations.ClockReading(ahead: coordinator, uncertainty: uncertainty)
                )
                guard let status = seen.workers?[0].serviceStatus?.value else { return }
                seen.workers?[0].serviceStatus = .answered(
                    status,
                    Observations.ClockReading(ahead: worker, uncertainty: 0)
                )
                seen.workers?[1].serviceStatus = .answered(
                    status,
                    Observations.ClockReading(ahead: coordinator, uncertainty: 0)
                )
            }
        }
        #expect(skew(0, 0) == [])
        #expect(skew(1.9, 0) == [])
        // A worker is compared with the coordinator, whatever this machine's clock says.
        #expect(skew(3, 3) == ["warning coordinator: clock"])
        #expect(skew(0, -3) == ["warning worker 1: clock"])
        #expect(skew(-3, 3) == ["warning coordinator: clock", "warning worker 1: clock"])
        // An answer that was long under way tells little.
        #expect(skew(3, 3, 2) == [])
        #expect(skew(.nan, 0).contains("warning coordinator: clock"))
        let reading = Observations.ClockReading(time: 110, asked: 100, answered: 104)
        #expect(reading == Observations.ClockReading(ahead: 8, uncertainty: 2))
    }

    @Test func howWorkersAreHeard() {
        let expected: [(WorkerStatus.State, [String])] = [
            (.ready, []), (.suspect, ["problem worker 1: heartbeat"]),
            (.draining, ["warning worker 1: heartbeat"]),
            (.diskLow, ["problem worker 1: heartbeat"]),
            (.awaited, ["problem worker 1: heartbeat"]),
            (.unreachable, ["problem worker 1: heartbeat"]),
            (.stuck, ["problem worker 1: heartbeat"]),
        ]
        for (state, findings) in expected {
            #expect(bad { $0.workers?[0].status.state = state } == findings)
        }
        #expect(
            bad {
                $0.workers?[0].status.state = .awaited
                $0.workers?[0].serviceStatus = nil
            } == ["problem worker 1: heartbeat"]
        )
    }

    @Test func howWorkersArePlaced() {
        func placed(
            _ change: (inout WorkerDiagnostics) -> Void = { _ in },
            free: Int = 100 << 30,
            files: Int = 65_536
        ) -> [String] {
            bad { seen in
                guard
                    var diagnostics = seen.workers?[0].serviceStatus?.value?.diagnostics
                else { return }
                change(&diagnostics)
                seen.workers?[0].serviceStatus = .answered(
                    Self.status(free: free, files: files, diagnostics: diagnostics),
                    Self.noSkew
                )
            }
        }
        #expect(placed(free: Self.gigabyte - 1) == ["problem worker 1: scratch space"])
        #expect(placed(free: Self.gigabyte) == [])
        #expect(placed(files: 255) == ["problem worker 1: open files"])
        #expect(placed(files: 327) == ["warning worker 1: open files"])
        #expect(placed(files: 328) == [])
        #expect(placed({ $0.slotCount = .max }).contains("warning worker 1: open files"))
        #expect(placed({ $0.coordinator.problem = "no" }) == ["problem worker 1: coordinator"])
        #expect(placed({ $0.peers[1].problem = "no" }) == ["problem worker 1: other workers"])
        // To reach itself is nothing that it needs.
        #expect(placed({ $0.peers[0].problem = "no" }) == [])
    }

    /// A worker that this machine does not reach: what others say of it decides.
    @Test func aWorkerIsOutOfReach() {
        func unreachable(
            _ reason: String,
            count: Int = 2,
            peer: String? = nil,
            state: WorkerStatus.State = .ready
        ) -> [String] {
            var seen = Self.healthy(workers: count)
            seen.workers?[0].serviceStatus = .unreachable(reason: reason)
            seen.workers?[0].status.state = state
            if count > 1, let status = seen.workers?[1].serviceStatus?.value,
                var diagnostics = status.diagnostics
            {
                diagnostics.peers[0].problem = peer
                seen.workers?[1].serviceStatus = .answered(
                    Self.status(diagnostics: diagnostics),
                    Self.noSkew
                )
            }
            return bad(seen)
        }
        #expect(unreachable("connectTimeout") == ["warning worker 1: reachable"])
        #expect(
            unreachable("connectTimeout", peer: "no") == [
                "problem worker 1: reachable", "problem worker 2: other workers",
            ]
        )
        #expect(unreachable("Connection refused", count: 1) == ["warning worker 1: reachable"])
        #expect(unreachable("Deadline exceeded", count: 1) == ["problem worker 1: reachable"])
        #expect(
            unreachable("Connection refused", count: 1, state: .suspect) == [
                "problem worker 1: heartbeat", "problem worker 1: reachable",
            ]
        )
        #expect(
            bad {
                $0.workers?[0].serviceStatus = .refused(
                    status: 401,
                    code: "unauthorized",
                    message: "x"
                )
            } == ["problem worker 1: token"]
        )
    }

    // MARK: A job

    private static func description(files: [String] = ["/in"]) -> JobDescription {
        JobDescription(
            plan: Plan(
                name: "job",
                stages: [
                    StagePlan(
                        id: 0,
                        input: .files(name: "", format: .lines),
                        steps: [],
                        outputs: [.files(name: "")]
                    )
                ]
            ),
            inputs: [
                Split(
                    pieces: files.map {
                        FilePiece(
                            path: $0,
                            offset: 0,
                            byteCount: 1,
                            compression: .none,
                            signature: FileSignature(byteCount: 1, modificationTime: 1)
                        )
                    }
                )
            ],
            output: "/out",
            overwrites: false,
            splitByteCount: 1,
            retryPolicy: RetryPolicy(maxAttempts: 1),
            taskTimeout: nil,
            isQuiet: false,
            isVerbose: false
        )
    }

    private static func answer(_ change: (inout JobCheckAnswer) -> Void) -> JobCheckAnswer {
        var answer = JobCheckAnswer(
            badInputs: [],
            badInputCount: 0,
            hasDirectory: true,
            output: .writable,
            program: .ready(fingerprint: description().plan.fingerprint),
            machine: "x86_64"
        )
        change(&answer)
        return answer
    }

    private func job(_ change: (inout JobCheckAnswer) -> Void) -> Observations {
        var seen = Self.healthy(workers: 1)
        seen.job = Observations.Job(
            description: .described(Self.description()),
            output: .answered(OutputCheckAnswer(probe: "/p"), nil)
        )
        seen.workers?[0].job = .answered(Self.answer(change), nil)
        return seen
    }

    @Test func whatAWorkerFindsOfAJob() {
        #expect(bad(job { _ in }) == [])
        let problems: [JobCheckAnswer.BadInput.Problem] = [
            .missing, .differs(byteCount: 7), .unreadable("permission denied"),
        ]
        for problem in problems {
            let seen = job {
                $0.badInputs = [JobCheckAnswer.BadInput(path: "/in", problem: problem)]
                $0.badInputCount = 1
            }
            #expect(bad(seen) == ["problem worker 1: input files"])
        }
        #expect(bad(job { $0.output = .unseen }) == ["problem worker 1: output"])
        #expect(bad(job { $0.output = .unwritable("no") }) == ["problem worker 1: output"])
        #expect(bad(job { $0.output = .unknown }) == ["warning worker 1: output"])
        #expect(
            bad(job { $0.program = .ready(fingerprint: "other") })
                == ["problem worker 1: executable"]
        )
        #expect(
            bad(job { $0.program = .unavailable("no") }) == ["problem worker 1: executable"]
        )
    }

    @Test func aWorkerDoesNotSayWhatItFinds() {
        var seen = job { _ in }
        seen.workers?[0].job = .refused(status: 503, code: "busy", message: "later")
        #expect(bad(seen) == ["warning worker 1: job"])
        seen.workers?[0].job = .unreachable(reason: "Deadline exceeded")
        #expect(bad(seen) == ["problem worker 1: job"])
        #expect(Diagnosis(seen).findings.last?.remedy?.contains("hang") ?? false)
    }

    @Test func theJobIsWrongBeforeAnyWorkerIsAsked() {
        var seen = job { _ in }
        seen.workers?[0].job = nil
        seen.job?.output = .answered(OutputCheckAnswer(problem: "it exists"), nil)
        #expect(bad(seen) == ["problem coordinator: output"])
        seen.job?.output = .refused(status: 503, code: "busy", message: "later")
        seen.job?.uploadProblem = "too large"
        #expect(
            bad(seen) == ["warning coordinator: output", "problem coordinator: executable"]
        )
        seen.job?.description = .ended(code: 2)
        #expect(bad(seen) == ["problem this machine: executable"])
    }

    private typealias Image = ProgramFailure.Image

    /// Each way of not running has a remedy of its own.
    @Test func whyAnExecutableDoesNotRun() {
        let loader = "/lib64/ld-linux-x86-64.so.2"
        let elf = Image.elf(machine: "x86_64", interpreter: loader, hasInterpreter: true)
        let failed = "it exited with code 127"
        let library = "wordcount: error while loading shared libraries: "
        let cases: [(Image, String, String, String)] = [
            (
                .elf(machine: "aarch64", interpreter: nil, hasInterpreter: true), "", "",
                "for aarch64"
            ),
            (
                .elf(machine: "x86_64", interpreter: loader, hasInterpreter: false), "", "",
                "\(loader), which loads it"
            ),
            (
                .script(interpreter: "/x/sh", hasInterpreter: false), "", "",
                "/x/sh, which its first"
            ),
            (.other, "Exec format error", "", "no program for Linux"),
            (elf, failed, "\(library)libswiftCore.so: no such file", "--static-swift-stdlib"),
            (elf, failed, "\(library)libpq.so.5: no such file", "install the library"),
            (elf, failed, "libc.so.6: version `GLIBC_2.38' not found", "is older"),
            (elf, "Permission denied", "", "noexec"),
            (elf, "it was ended by signal 4 (Illegal instruction)", "", "-march=native"),
            (elf, "it said nothing for 15 s", "", "waits for something"),
            (elf, "it exited with code 3", "", "--plan"),
        ]
        for (image, reason, log, remedy) in cases {
            let seen = job {
                $0.program = .failed(ProgramFailure(reason: reason, log: log, image: image))
            }
            #expect(bad(seen) == ["problem worker 1: executable"])
            let finding = Diagnosis(seen).findings.last
            #expect(finding?.remedy?.contains(remedy) ?? false, "\(remedy): \(finding as Any)")
            #expect(log.isEmpty || finding?.seen.contains(log) ?? false)
        }
    }

    @Test func filesAreDrawnFromTheFirstToTheLast() {
        let files = Diagnosis.inputs(
            of: Self.description(files: (0..<100).map { "/\($0)" } + ["/0"])
        )
        #expect(files.count == 100)
        for count in 0...120 {
            let sample = Diagnosis.sample(files, count)
            #expect(sample.count == min(count, 100) && Set(sample).count == sample.count)
            if count >= 2 { #expect(sample.first == files.first && sample.last == files.last) }
        }
    }
}
