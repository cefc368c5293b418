internal import MapReduceControl
internal import MapReduceDriver
internal import MapReduceEngine
internal import MapReduceModel

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// How a job is run on this machine: what the command line says, with its defaults filled in.
///
/// Every process of a job derives the same settings from the same arguments.
struct RunSettings: Sendable {
    /// Tasks that run at once.
    var workerCount: Int
    /// Partitions of every shuffle by key.
    var reducerCount: Int
    /// Whether that is for the engine to choose.
    var choosesReducerCount: Bool
    var limits: EngineLimits
    /// Failures that a task may have, and records that may be passed over.
    var maxAttempts = Policy.defaultMaxAttempts
    var maxBadRecords = 0
    /// Tasks that are run a second time, to be compared, in percent.
    var auditPercent = 0
    /// Seconds that a closure may take without progress; nil for as long as it likes.
    var taskTimeout: Int? = DriverLimits.taskTimeoutSeconds
    /// The most bytes of one split.
    var splitByteCount: Int
    var inProcess: Bool
    /// What the parts of the output are.
    var outputStyle = OutputStyle()
    /// The slots of the cluster from which task processes derive their defaults; nil for those of
    /// this machine.
    var clusterSlotCount: Int?
    /// What a test asks for that is unusual.
    var testConditions: TestConditions?

    init(workerCount: Int? = nil, reducerCount: Int? = nil) {
        self.workerCount = workerCount ?? Self.processorCount
        self.reducerCount =
            reducerCount ?? min(self.workerCount, EngineLimits.maxPartitionCount)
        choosesReducerCount = reducerCount == nil
        limits = EngineLimits()
        splitByteCount = EngineLimits.splitByteCount
        inProcess = false
    }

    /// Processors that this process may use.
    static var processorCount: Int { max(ProcessInfo.processInfo.activeProcessorCount, 1) }

    /// Those that a report shows.
    var reported: JobReport.Settings {
        JobReport.Settings(
            memoryByteCount: limits.memoryByteCount,
            reducerCount: reducerCount,
            splitByteCount: splitByteCount,
            compressesOutput: outputStyle.compression != .none
        )
    }
}
