internal import MapReduceControl
internal import MapReduceModel

/// A job as it was at a moment.
struct JobSnapshot {
    let state: JobState
    let status: JobStatus
    /// The number of the last entry that the state knows of.
    let lastEvent: Int
}
