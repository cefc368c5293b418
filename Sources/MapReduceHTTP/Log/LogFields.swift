package import Logging
internal import MapReduceModel
internal import MapReduceReport

// How lines of the log name what they are about, so that lines of coordinator and workers can be
// joined: `job`, `attempt` and `worker` are numbers, `task` is as in `mapreduce tasks`.

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
    /// Both; of a name that both have, the value of the second.
    package static func + (a: Self, b: Self) -> Self { a.merging(b) { $1 } }
}
