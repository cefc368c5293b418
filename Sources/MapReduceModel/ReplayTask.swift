/// A self-contained task that can be rerun by itself, anywhere.
package struct ReplayTask: Hashable, Codable, Sendable {
    package var task: TaskID
    /// The fingerprint of the job's plan.
    package var fingerprint: String
    /// The number of slots from which the program derived its defaults.
    package var slotCount: Int
    /// The task's input, if it reads files.
    package var split: Split?
    /// If it reads the output of earlier stages, the splits of all of these.
    package var earlierSplits: [[Split]]
    /// Records that the task's last attempt skipped.
    package var badRecords: [BadRecord]

    /// Creates a task of a job with this plan and the splits of all its stages.
    package init(
        _ task: TaskID,
        of plan: Plan,
        slotCount: Int,
        splits: [[Split]],
        badRecords: [BadRecord]
    ) {
        self.task = task
        fingerprint = plan.fingerprint
        self.slotCount = slotCount
        let stage = plan.stages[task.stage]
        if case .files = stage.input { split = splits[task.stage][task.index] }
        earlierSplits = stage.sources.isEmpty ? [] : Array(splits[..<task.stage])
        self.badRecords = badRecords
    }
}
