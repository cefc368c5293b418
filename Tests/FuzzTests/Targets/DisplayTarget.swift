import MapReduceControl
import MapReduceDriver
import MapReduceModel
import MapReduceReport

/// What a coordinator says of a job, shown to people.
struct DisplayTarget: FuzzTarget {
    let name = "display"
    let mutation = Mutation.json

    private enum Answer: Codable {
        case status(JobStatus)
        case entry(JournalEntry)
    }

    func seeds() throws -> [[UInt8]] {
        let journal = try Rehearsal.journal(1)
        var replay = JournalReplay()
        var answers: [Answer] = []
        for entry in journal {
            try replay.add(entry)
            answers.append(.entry(entry))
            if var status = replay.jobs.all.first.map({ JobStatus($0, output: "out") }) {
                status.bytesRead = 15
                answers.append(.status(status))
            }
        }
        return [try Script.text(Array(answers.suffix(9))), try Script.text(answers)]
    }

    func check(_ text: [UInt8]) throws -> Bool {
        let answers = try Script.steps(Answer.self, text)
        let plan = Plan(name: "job", stages: [.plain, .plain])
        for answer in answers {
            switch answer {
            case .status(let status): try show(status)
            case .entry(let entry): _ = EventText.line(for: entry, job: plan, isVerbose: true)
            }
        }
        return !answers.isEmpty
    }

    private func show(_ status: JobStatus) throws {
        let plan = Plan(name: "job", stages: [.plain, .plain])
        let progress = RunProgress(status, of: plan, elapsed: .seconds(7))
        for stage in progress.stages.indices {
            let share = progress.share(of: stage)
            try require(0...1 ~= share, "\(share) of a stage is done")
        }
        var pace = Pace()
        pace.add(progress)
        let size = TerminalSize(columnCount: 80, rowCount: 5)
        let lines = ProgressLines.lines(of: progress, pace, size)
        try require(lines.count < 5, "there are too many lines")
        try require(lines.allSatisfy { $0.cellCount < 80 }, "a line is too long")
        _ = progress.line
        _ = JobSummary.text(of: status, output: status.output, elapsed: .seconds(7))
        if let failure = status.failure {
            _ = FailureText.text(of: failure, attempt: status.failedAttempt)
        }
        _ = Format.duration(seconds: status.seconds)
    }
}
