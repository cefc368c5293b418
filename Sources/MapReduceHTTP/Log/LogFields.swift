package import Logging
internal import MapReduceModel
internal import MapReduceReport

/// The names of the fields that say what a line of the log is about, so that lines of the
/// coordinator and the workers can be joined: `job`, `attempt`, and `worker` are numbers; `task` is
/// as in `mapreduce tasks`.
extension JobID {
    package var fields: Logger.Metadata { ["job": .stringConvertible(number)] }
}

extension TaskID {
    package var fields: Logger.Metadata { job.fields + ["task": "\(TaskName(self))"] }
}

extension AttemptID {
    package var fields: Logger.Metadata { task.fields + ["attempt": .stringConvertible(number)] }
}

extension WorkerID {
    package var fields: Logger.Metadata { ["worker": .stringConvertible(number)] }
}

extension Logger.Metadata {
    /// Returns the fields of both; where both have a name, the second value wins.
    package static func + (a: Self, b: Self) -> Self { a.merging(b) { $1 } }
}
