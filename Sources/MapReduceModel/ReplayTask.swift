/// A task as it is handed over to be run once more, by itself and anywhere.
package struct ReplayTask: Hashable, Codable, Sendable {
    package var task: TaskID
    /// The fingerprint of the plan that the job had.
    package var fingerprint: String
    /// The slots from which the program derived its defaults.
    package var slotCount: Int
    /// What the task reads, where it reads files.
    package var split: Split?
    /// Where it reads what earlier stages wrote, the splits of all of these.
    package var earlierSplits: [[Split]]
    /// Records that the task's last attempt passed over.
    package var badRecords: [BadRecord]

    /// A task of a job of this plan, with the splits of all its stages.
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
