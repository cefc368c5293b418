package import MapReduceEngine
package import MapReduceModel
internal import MapReduceProcess

/// The settings of a job that runs on this machine: the command line with its defaults filled in.
///
/// Every process of a job derives the same settings from the same arguments.
package struct RunSettings: Sendable {
    /// The number of tasks that run at once.
    package var workerCount: Int
    /// The number of partitions of every shuffle by key.
    package var reducerCount: Int
    /// Whether the engine chooses the number of partitions.
    package var choosesReducerCount: Bool
    package var limits: EngineLimits
    package var retryPolicy = RetryPolicy()
    /// The seconds that a closure may take without progress; nil for no limit.
    package var taskTimeout: Int? = JobLimits.taskTimeoutSeconds
    /// The maximum size of a split, in bytes.
    package var splitByteCount: Int
    package var inProcess: Bool
    /// The format of the output's parts.
    package var outputStyle = OutputStyle()
    /// The number of slots of the cluster, from which task processes derive their defaults; nil to
    /// use the slots of this machine.
    package var clusterSlotCount: Int?

    package init(workerCount: Int? = nil, reducerCount: Int? = nil) {
        self.workerCount = workerCount ?? Host.processorCount
        self.reducerCount =
            reducerCount ?? min(self.workerCount, EngineLimits.maxPartitionCount)
        choosesReducerCount = reducerCount == nil
        limits = EngineLimits()
        splitByteCount = EngineLimits.splitByteCount
        inProcess = false
    }

    /// The settings that a report shows.
    package var reported: JobReport.Settings {
        JobReport.Settings(
            memoryByteCount: limits.memoryByteCount,
            reducerCount: reducerCount,
            splitByteCount: splitByteCount,
            compressesOutput: outputStyle.compression != .none
        )
    }
}
