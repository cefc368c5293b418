internal import MapReduceModel
internal import MapReduceReport

/// The command that users paste into a shell to run a task of this run again: the command that they
/// typed, with `--replay`.
///
/// The messages and reports of a failed run show it.
struct ReplayCommandText {
    /// The command line of this process.
    let arguments: [String]
    /// The job's name, used if the command line is empty.
    let name: String
    /// The number of tasks that run at once, which determines how the input is split; nil if the
    /// command line sets it.
    let slotCount: Int?

    /// Returns the command for a task.
    ///
    /// `copied`: the inputs that were read from copies, which are gone.
    func text(_ task: TaskID, skipping badRecords: [BadRecord], copied: [String]) -> String {
        if let stream = copied.first {
            return "(\(stream) can be read only once; save it to a file, and run the job with that)"
        }
        let left = badRecords.count - DriverLimits.maxPassedOverInCommand
        return words("\(TaskName(task))", badRecords)
            + (left > 0 ? "  # stops at one of \(left) bad records" : "")
    }

    /// Returns the command without its trailing shell comment.
    func words(_ task: String, _ badRecords: [BadRecord] = []) -> String {
        var words = [arguments.first ?? name, "--replay", task]
        if let slotCount { words += ["--workers", "\(slotCount)"] }
        for record in badRecords.prefix(DriverLimits.maxPassedOverInCommand) {
            words += ["--pass-over", "\(record.file)@\(record.offset)"]
        }
        words += Self.withoutReports(Array(arguments.dropFirst()))
        return ShellWords.text(words)
    }

    /// Returns arguments without the options that request reports, which a replay does not write.
    static func withoutReports(_ arguments: [String]) -> [String] {
        var kept: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" { return kept + [argument] + rest }
            switch argument {
            case "--report", "--trace": rest = rest.dropFirst()
            case "--dashboard": break
            case _ where argument.hasPrefix("--report=") || argument.hasPrefix("--trace="): break
            default: kept.append(argument)
            }
        }
        return kept
    }
}

extension ReplayCommandText {
    /// Creates the command from this process's own command line.
    init(of job: DrivenJob, _ request: RunRequest) {
        self.init(
            arguments: CommandLine.arguments,
            name: job.plan.name,
            slotCount: request.namesSlotCount ? nil : request.settings.workerCount
        )
    }
}
