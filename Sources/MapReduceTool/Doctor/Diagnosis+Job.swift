internal import MapReduceModel
internal import MapReduceReport
internal import MapReduceWorker

/// The findings about the job that may be submitted.
extension Diagnosis {
    func findings(of job: Observations.Job) -> [Finding] {
        let description: JobDescription
        switch job.description {
        case .described(let answer): description = answer
        case .ended(let code):
            return [
                .problem(
                    Self.here,
                    "executable",
                    "it ended with code \(code) in place of describing the job",
                    "it has said why: mend its command line, and try it here before"
                )
            ]
        case .failed(let failure): return [Self.finding(of: failure, Self.here, machine: nil)]
        }
        var findings: [Finding] = [
            .ok(Self.here, "executable", "describes the job \(description.plan.name)"),
            .ok(
                Self.here,
                "input files",
                Format.count(Self.inputs(of: description).count, "file")
            ),
        ]
        if let output = job.output { findings.append(self.output(output)) }
        if let problem = job.uploadProblem {
            findings.append(
                .problem(
                    Self.coordinator,
                    "executable",
                    "it cannot be uploaded: \(problem)",
                    "make it smaller (`strip`), raise --max-upload, or make room in the "
                        + "coordinator's data directory"
                )
            )
        }
        for worker in seen.workers ?? [] {
            if let reply = worker.job { findings += self.findings(reply, worker, description) }
        }
        return findings
    }

    /// Returns the files that a job reads, each once.
    static func inputs(of description: JobDescription) -> [JobCheckRequest.File] {
        var seen: Set<String> = []
        return description.inputs.flatMap(\.pieces).filter { seen.insert($0.path).inserted }
            .map { JobCheckRequest.File(path: $0.path, signature: $0.signature) }
    }

    /// Returns a limited number of the files, from the first to the last.
    static func sample(
        _ files: [JobCheckRequest.File],
        _ count: Int
    ) -> [JobCheckRequest.File] {
        if files.count <= count || count < 2 { return Array(files.prefix(count)) }
        return (0..<count).map { files[$0 * (files.count - 1) / (count - 1)] }
    }

    private func output(_ reply: Observations.Reply<OutputCheckAnswer>) -> Finding {
        switch reply {
        case .answered(let answer, _):
            guard let problem = answer.problem else {
                return .ok(Self.coordinator, "output", "can be written")
            }
            return .problem(
                Self.coordinator,
                "output",
                problem,
                "choose another --output, or give --overwrite; its directory must be on a disk "
                    + "that the coordinator and all workers share and may write to"
            )
        case .refused(_, _, let message):
            return .warning(Self.coordinator, "output", "was not looked at: \(message)", Self.again)
        case .unreachable(let reason):
            return .warning(Self.coordinator, "output", "was not looked at: \(reason)", Self.again)
        }
    }

    private static let again = "run `mapreduce doctor` again, and look at the log of the service"

    private func findings(
        _ reply: Observations.Reply<JobCheckAnswer>,
        _ worker: Observations.Worker,
        _ description: JobDescription
    ) -> [Finding] {
        let subject = Self.name(worker.status)
        switch reply {
        case .refused(_, _, let message):
            return [.warning(subject, "job", "was not looked at: \(message)", Self.again)]
        case .unreachable(let reason):
            let isSilent = Unreachability(reason) == .silent
            return [
                .problem(
                    subject,
                    "job",
                    "no answer (\(reason))",
                    isSilent
                        ? "a file system of an input or of the output may hang there: look whether "
                            + "`ls` of their directories answers on its machine; a large "
                            + "executable may only need another try" : Self.again
                )
            ]
        case .answered(let answer, _):
            return [
                inputs(subject, answer, description), output(subject, answer),
                program(subject, answer, description),
            ]
        }
    }

    private func inputs(
        _ subject: String,
        _ answer: JobCheckAnswer,
        _ description: JobDescription
    ) -> Finding {
        let all = Self.inputs(of: description)
        let count = min(all.count, WorkerLimits.maxCheckedFileCount)
        guard let first = answer.badInputs.first else {
            let part = count < all.count ? " of \(Format.count(all.count)) that were looked at" : ""
            return .ok(
                subject,
                "input files",
                "sees \(Format.count(count, "file"))\(part), the same as here"
            )
        }
        let what: String
        switch first.problem {
        case .missing: what = "is not there"
        case .differs(let size):
            what = "is another file than here, or was changed (\(Format.bytes(size)))"
        case .unreadable(let reason): what = "cannot be read: \(reason)"
        }
        let isRelative = all.contains { !$0.path.hasPrefix("/") }
        return .problem(
            subject,
            "input files",
            "of \(Format.count(count, "file")) \(Format.count(answer.badInputCount)) cannot be "
                + "used: \(first.path) \(what)",
            isRelative && !answer.hasDirectory
                ? "the directory that you are in is not there: give paths from the root on"
                : "mount the disk with the input at the same path on its machine, readable by the "
                    + "worker's user"
        )
    }

    private func output(_ subject: String, _ answer: JobCheckAnswer) -> Finding {
        switch answer.output {
        case .writable: return .ok(subject, "output", "writes where the coordinator does")
        case .unseen:
            return .problem(
                subject,
                "output",
                "does not see what the coordinator writes beside the output",
                "put the output on a disk that is mounted at the same path on the coordinator's "
                    + "and all workers' machines"
            )
        case .unwritable(let reason):
            return .problem(
                subject,
                "output",
                reason,
                "run coordinator and workers as the same user, with the same number on all "
                    + "machines, and mount the disk for writing"
            )
        case .unknown:
            return .warning(
                subject,
                "output",
                "was not looked at, as the coordinator cannot write there",
                "mend what is said of the coordinator first"
            )
        }
    }

    private func program(
        _ subject: String,
        _ answer: JobCheckAnswer,
        _ description: JobDescription
    ) -> Finding {
        switch answer.program {
        case .ready(let fingerprint):
            let expected = description.plan.fingerprint
            if fingerprint == expected {
                return .ok(subject, "executable", "runs (\(answer.machine))")
            }
            return .problem(
                subject,
                "executable",
                "it builds another plan there than here (\(fingerprint), and not \(expected))",
                "let pipeline() depend on nothing but the job's own options: no clock, no "
                    + "environment, no files of one machine"
            )
        case .unavailable(let reason):
            return .problem(
                subject,
                "executable",
                "cannot be fetched: \(reason)",
                "look whether the worker reaches the coordinator, and has room at its --scratch"
            )
        case .failed(let failure):
            return Self.finding(of: failure, subject, machine: answer.machine)
        }
    }
}
