/// A task as it is handed over to be run once more, by itself and anywhere.
package struct ReplayTask: Hashable, Codable, Sendable {
    package var task: TaskID
    /// The fingerprint of the plan that the job had.
    package var fingerprint: String
    /// The slots from which the program derived its defaults.
    package var slotCount: Int
    /// What the task reads, where it reads files.
    package var split: Split?
    /// Where it reads what earlier stages wrote, the splits of each of these, all of them.
    package var earlierSplits: [[Split]]
    /// Records that the task's last attempt passed over.
    package var badRecords: [BadRecord]

    package init(
        task: TaskID,
        fingerprint: String,
        slotCount: Int,
        split: Split?,
        earlierSplits: [[Split]],
        badRecords: [BadRecord]
    ) {
        self.task = task
        self.fingerprint = fingerprint
        self.slotCount = slotCount
        self.split = split
        self.earlierSplits = earlierSplits
        self.badRecords = badRecords
    }
}
