/// Identifies one submitted job; the process that accepts jobs assigns the numbers, and never
/// repeats one.
package struct JobID: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    package let number: Int

    package init(_ number: Int) { self.number = number }

    package init(from decoder: any Decoder) throws {
        number = try decoder.singleValueContainer().decode(Int.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }

    package var description: String { "job\(number)" }

    package static func < (a: JobID, b: JobID) -> Bool { a.number < b.number }
}

/// Identifies one task: a stage of a job, and the task's index in it.
package struct TaskID: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    package let job: JobID
    package let stage: Int
    package let index: Int

    package init(job: JobID, stage: Int, index: Int) {
        self.job = job
        self.stage = stage
        self.index = index
    }

    package var description: String { "\(job)-stage\(stage)-task\(index)" }

    package static func < (a: TaskID, b: TaskID) -> Bool {
        (a.job.number, a.stage, a.index) < (b.job.number, b.stage, b.index)
    }
}

/// Identifies one attempt at a task, numbered from 0.
package struct AttemptID: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    package let task: TaskID
    package let number: Int

    package init(task: TaskID, number: Int) {
        self.task = task
        self.number = number
    }

    /// Also the name of the attempt's directory.
    package var description: String { "\(task)-attempt\(number)" }

    package static func < (a: AttemptID, b: AttemptID) -> Bool {
        a.task == b.task ? a.number < b.number : a.task < b.task
    }
}

/// Identifies one worker for as long as its coordinator lives; the local runner is worker 0.
package struct WorkerID: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    package let number: Int

    package init(_ number: Int) { self.number = number }

    package init(from decoder: any Decoder) throws {
        number = try decoder.singleValueContainer().decode(Int.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }

    package var description: String { "worker\(number)" }

    package static func < (a: WorkerID, b: WorkerID) -> Bool { a.number < b.number }
}
