/// The time of an attempt by activity, in seconds.
///
/// Each moment counts once: all fields except `fetch` and `cpu` add up to the time of the attempt
/// in its process. Work done for each record is measured on a sample of records. Single precision
/// is exact to a ten-millionth, and keeps the state of a task small.
package struct TaskTimes: Hashable, Codable, Sendable {
    /// Fetching the runs that it reads, before it has a slot; 0 on one machine.
    ///
    /// Excludes waiting for a slot, and what was fetched ahead.
    package var fetch: Float
    /// Reading and decompressing input files, and finding their records.
    package var read: Float
    /// The user's closures, the parts of `emit` that are inlined into them, and the loops around
    /// them.
    package var closure: Float
    /// Collecting pairs: sorting them, and merging the values of equal keys, by the user's closure.
    package var sort: Float
    /// Writing runs because the memory was full, and merging them at the end; excludes sorting
    /// them.
    package var spill: Float
    /// Reading runs of other stages and merging them.
    package var merge: Float
    /// Encoding and writing the run or the parts.
    package var write: Float
    /// Making the output durable, and renaming it.
    package var commit: Float
    /// Processor time of the task's thread; part of all of the above.
    package var cpu: Float

    package init(
        fetch: Float = 0,
        read: Float = 0,
        closure: Float = 0,
        sort: Float = 0,
        spill: Float = 0,
        merge: Float = 0,
        write: Float = 0,
        commit: Float = 0,
        cpu: Float = 0
    ) {
        self.fetch = fetch
        self.read = read
        self.closure = closure
        self.sort = sort
        self.spill = spill
        self.merge = merge
        self.write = write
        self.commit = commit
        self.cpu = cpu
    }
}

/// The sums of the times of many attempts, in seconds.
package struct StageTimes: Hashable, Codable, Sendable {
    package var fetch = 0.0
    package var read = 0.0
    package var closure = 0.0
    package var sort = 0.0
    package var spill = 0.0
    package var merge = 0.0
    package var write = 0.0
    package var commit = 0.0
    package var cpu = 0.0

    package init() {}

    /// Adds the times of an attempt, which may be arbitrary numbers.
    package mutating func add(_ times: TaskTimes) {
        func bounded(_ time: Float) -> Double { time.isFinite ? max(Double(time), 0) : 0 }
        fetch += bounded(times.fetch)
        read += bounded(times.read)
        closure += bounded(times.closure)
        sort += bounded(times.sort)
        spill += bounded(times.spill)
        merge += bounded(times.merge)
        write += bounded(times.write)
        commit += bounded(times.commit)
        cpu += bounded(times.cpu)
    }
}
