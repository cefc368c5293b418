import ClusterTestSupport
import Foundation
import MapReduceModel
import TestSupport
import Testing

@testable import MapReduceHTTP
@testable import MapReduceTool

/// `mapreduce doctor`, with processes of their own.
@Suite(.serialized) struct DoctorTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// What a run of the command found.
    private func doctor(
        _ cluster: TestCluster,
        _ arguments: [String] = [],
        code: Int32
    ) throws -> [Finding] {
        let result = try cluster.mapreduce(["doctor", "--json"] + arguments)
        #expect(result.code == code, "\(result.output)\(result.errors)")
        return try JSONDecoder().decode(Findings.self, from: Data(result.output.utf8)).findings
    }

    private func problems(_ findings: [Finding]) -> [String] {
        findings.filter { $0.outcome == .problem }.map { "\($0.subject): \($0.check)" }
    }

    private func finding(_ findings: [Finding], _ subject: String, _ check: String) -> Finding? {
        findings.first { $0.subject == subject && $0.check == check }
    }

    @Test func allIsWell() throws {
        let cluster = try TestCluster(workers: 2)
        let input = try directory.write("words.txt", "the cat\n")
        let output = directory("deep/below/out")
        let job = [Command.products + "/wordcount", input, "-o", output]
        let findings = try doctor(cluster, job, code: 0)
        #expect(findings.allSatisfy { $0.outcome == .ok && $0.remedy == nil }, "\(findings)")
        for worker in ["worker 1", "worker 2"] {
            for check in [
                "heartbeat", "reachable", "version", "clock", "coordinator", "other workers",
                "scratch space", "open files", "input files", "output", "executable",
            ] { #expect(finding(findings, worker, check) != nil, "\(worker): \(check)") }
        }
        // Nothing is left of it, and no job was made.
        #expect(try directory.names() == ["words.txt"])
        #expect(try cluster.jobs().isEmpty)
        #expect(try cluster.jobFiles().isEmpty)
        #expect(try cluster.processes().count == 3)
        // One line for each check, and one more.
        let text = try cluster.mapreduce(["doctor"])
        let lines = text.output.split(separator: "\n")
        #expect(lines.dropLast().allSatisfy { $0.hasPrefix("ok       ") }, "\(text.output)")
        #expect(lines.last?.hasPrefix("0 problems, 0 warnings, ") ?? false)
        #expect(!text.output.contains("\u{1B}"))
        try cluster.stop()
    }

    @Test func nobodyIsThere() throws {
        // A port that was free a moment ago.
        let cluster = try TestCluster(workers: 0)
        try cluster.killCoordinator()
        let findings = try doctor(cluster, code: 1)
        #expect(problems(findings) == ["coordinator: reachable"])
        #expect(
            finding(findings, "coordinator", "reachable")?.remedy?.contains("start one") ?? false
        )
        let text = try cluster.mapreduce(["doctor"])
        #expect(text.code == 1 && text.output.contains("\n         to mend it: start one"))
        let named = try cluster.mapreduce(
            ["doctor", "--json", "--coordinator", "http://no-such-host.invalid:1"]
        )
        #expect(named.code == 1 && named.output.contains("mend the name"), "\(named.output)")
    }

    @Test func aTokenIsMissingOrWrong() throws {
        func token(_ name: String, _ text: String) throws -> String {
            let path = try directory.write(name, text + "\n")
            chmod(path, 0o600)
            return path
        }
        let right = try token("right", "0123456789abcdef")
        let wrong = try token("wrong", "fedcba9876543210")
        let cluster = try TestCluster(workers: 0, coordinator: ["--token-file", right])
        for arguments in [[], ["--token-file", wrong]] {
            let findings = try doctor(cluster, arguments, code: 1)
            #expect(problems(findings) == ["coordinator: token"])
            #expect(finding(findings, "coordinator", "reachable")?.outcome == .ok)
        }
        let findings = try doctor(cluster, ["--token-file", right], code: 1)
        #expect(problems(findings) == ["cluster: workers"], "nobody has joined")
        #expect(finding(findings, "coordinator", "token")?.outcome == .ok)
        try cluster.stop()
    }

    @Test func aWorkerIsStopped() throws {
        // It is not given up while it is looked at.
        let cluster = try TestCluster(workers: 2, deadAfter: 600)
        let stopped = try cluster.worker(WorkerID(1))
        stopped.send(SIGSTOP)
        let expected: Set = ["worker 1: reachable", "worker 2: other workers"]
        let findings = problems(try doctor(cluster, code: 1))
        #expect(expected.isSubset(of: findings), "\(findings)")
        stopped.send(SIGKILL)
        _ = try stopped.wait()
        let later = problems(try doctor(cluster, code: 1))
        #expect(expected.isSubset(of: later), "\(later)")
    }

    @Test func fewFilesMayBeOpen() throws {
        let cluster = try TestCluster(workers: 0)
        try cluster.startWorker(
            under: ["/bin/sh", "-c", "ulimit -n 200 && exec \"$@\"", "sh"]
        )
        try cluster.waitForWorkers(1)
        let findings = try doctor(cluster, code: 1)
        #expect(problems(findings) == ["worker 1: open files"])
        #expect(finding(findings, "worker 1", "open files")?.seen.contains("200") ?? false)
        try cluster.stop()
    }

    /// One worker has other disks: it sees neither the input nor the output.
    @Test(.enabled(if: canMountDisks, "needs user namespaces"))
    func aWorkerHasOtherDisks() throws {
        try FileManager.default.createDirectory(
            atPath: directory("shared"),
            withIntermediateDirectories: true
        )
        let cluster = try TestCluster(workers: 1)
        try cluster.startWorker(
            under: [
                "/usr/bin/env", "unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
                "mount -t tmpfs tmpfs \"$1\" || exit 9; shift && exec \"$@\"", "sh",
                directory("shared"),
            ]
        )
        try cluster.waitForWorkers(2)
        let input = try directory.write("shared/words.txt", "the cat\n")
        let findings = try doctor(
            cluster,
            [Command.products + "/wordcount", input, "-o", directory("shared/out")],
            code: 1
        )
        #expect(
            problems(findings) == ["worker 2: input files", "worker 2: output"]
        )
        #expect(finding(findings, "worker 2", "input files")?.seen.contains(input) ?? false)
        #expect(finding(findings, "worker 1", "executable")?.outcome == .ok)
        #expect(try directory.names(in: "shared") == ["words.txt"])
        try cluster.stop()
    }

    /// What does not even start here is not tried elsewhere.
    @Test func theExecutableDoesNotRunHere() throws {
        let cluster = try TestCluster(workers: 1)
        let text = try directory.write("text", "no program\n")
        chmod(text, 0o755)
        let findings = try doctor(cluster, [text, "in", "-o", directory("out")], code: 1)
        #expect(problems(findings) == ["this machine: executable"])
        let script = try directory.write("script", "#!/bin/sh\ntouch \(directory("ran"))\n")
        chmod(script, 0o755)
        let refused = try doctor(cluster, [script, "in", "-o", directory("out")], code: 1)
        #expect(problems(refused) == ["this machine: executable"])
        #expect(!FileManager.default.fileExists(atPath: directory("ran")), "it is not run")
        let wrong = try doctor(
            cluster,
            [Command.products + "/wordcount", directory("nothing"), "-o", directory("out")],
            code: 1
        )
        #expect(problems(wrong) == ["this machine: executable"])
        let missing = try cluster.mapreduce(["doctor", directory("none")])
        #expect(missing.code == 2 && missing.errors.contains("no executable"), "\(missing.errors)")
        try cluster.stop()
    }

    /// Executables that run where they are submitted, as it seems, and not on the worker.
    @Test func aWorkerSaysWhyAnExecutableDoesNotRun() async throws {
        let cluster = try TestCluster(workers: 1)
        let client = CoordinatorClient(url: cluster.url, token: nil, tls: nil)
        let worker = try #require(try cluster.workerStatuses().first?.url)
        func answer(_ path: String) async throws -> JobCheckAnswer {
            let digest = try await client.upload(executable: path)
            let program = JobProgramFile(
                sha256: digest,
                arguments: ["job", "-o", "/x"],
                directory: "/no/such/directory",
                slotCount: 1
            )
            return try await client.check(
                JobCheckRequest(program: program, inputs: [], probe: directory.path),
                at: worker
            )
        }
        var elf = try readFile(Command.products + "/wordcount")
        // Another processor's: that of s390x, which is no one's here.
        elf[18] = 22
        elf[19] = 0
        let foreign = try await answer(try directory.write("foreign", elf))
        guard case .failed(let failure) = foreign.program,
            case .elf("s390x", _, _) = failure.image
        else {
            Issue.record("\(foreign.program)")
            return
        }
        #expect(!foreign.hasDirectory)

        let script = try directory.write("script", "#!/bin/sh\ntouch \(directory("ran"))\n")
        guard case .failed(let ended) = try await answer(script).program else {
            Issue.record("it ran")
            return
        }
        #expect(ended.reason.contains("is a script for /bin/sh and not a job"), "\(ended)")
        #expect(!FileManager.default.fileExists(atPath: directory("ran")))
        #expect(ended.image == .script(interpreter: "/bin/sh", hasInterpreter: true))

        // What was not uploaded is not run, and what is malformed is refused.
        let unknown = try await client.check(
            JobCheckRequest(
                program: JobProgramFile(
                    sha256: String(repeating: "0", count: 64),
                    arguments: ["job"],
                    directory: "/",
                    slotCount: 1
                ),
                inputs: [],
                probe: nil
            ),
            at: worker
        )
        guard case .unavailable = unknown.program else {
            Issue.record("it ran")
            return
        }
        for request in [
            JobCheckRequest(
                version: 9,
                program: JobProgramFile(
                    sha256: String(repeating: "0", count: 64),
                    arguments: ["job"],
                    directory: "/",
                    slotCount: 1
                ),
                inputs: [],
                probe: nil
            ),
            JobCheckRequest(
                program: JobProgramFile(
                    sha256: "../x",
                    arguments: ["job"],
                    directory: "/",
                    slotCount: 1
                ),
                inputs: [],
                probe: nil
            ),
            JobCheckRequest(
                program: JobProgramFile(
                    sha256: String(repeating: "0", count: 64),
                    arguments: ["job"],
                    directory: "/",
                    slotCount: 1
                ),
                inputs: [],
                probe: "relative"
            ),
        ] {
            await #expect(throws: ClusterClient.CallError.self) {
                try await client.check(request, at: worker)
            }
        }
        try await client.shutdown()
        try cluster.stop()
    }

    @Test func theOutputIsThereAlready() throws {
        let cluster = try TestCluster(workers: 1)
        let input = try directory.write("words.txt", "the cat\n")
        try FileManager.default.createDirectory(
            atPath: directory("out"),
            withIntermediateDirectories: true
        )
        try directory.write("out/mine", "kept\n")
        let job = [Command.products + "/grep", "--pattern", "cat", input, "-o", directory("out")]
        let findings = try doctor(cluster, job, code: 1)
        #expect(!problems(findings).isEmpty, "\(findings)")
        #expect(try directory.names(in: "out") == ["mine"])
        try cluster.stop()
    }
}
