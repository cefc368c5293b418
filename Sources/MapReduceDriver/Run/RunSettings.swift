package import MapReduceEngine
package import MapReduceModel
internal import MapReduceProcess

/// How a job is run on this machine: what the command line says, with its defaults filled in.
///
/// Every process of a job derives the same settings from the same arguments.
package struct RunSettings: Sendable {
    /// Tasks that run at once.
    package var workerCount: Int
    /// Partitions of every shuffle by key.
    package var reducerCount: Int
    /// Whether that is for the engine to choose.
    package var choosesReducerCount: Bool
    package var limits: EngineLimits
    package var retryPolicy = RetryPolicy()
    /// Seconds that a closure may take without progress; nil for as long as it likes.
    package var taskTimeout: Int? = JobLimits.taskTimeoutSeconds
    /// The most bytes of one split.
    package var splitByteCount: Int
    package var inProcess: Bool
    /// What the parts of the output are.
    package var outputStyle = OutputStyle()
    /// The slots of the cluster from which task processes derive their defaults; nil for those of
    /// this machine.
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

    /// Those that a report shows.
    package var reported: JobReport.Settings {
        JobReport.Settings(
            memoryByteCount: limits.memoryByteCount,
            reducerCount: reducerCount,
            splitByteCount: splitByteCount,
            compressesOutput: outputStyle.compression != .none
        )
    }
}
