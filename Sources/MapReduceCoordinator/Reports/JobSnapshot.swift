internal import MapReduceControl
internal import MapReduceModel

/// A job at one moment.
struct JobSnapshot {
    let state: JobState
    let status: JobStatus
    /// The number of the last entry that the state knows of.
    let lastEvent: Int
}
