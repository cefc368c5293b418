internal import MapReduceDriver
internal import MapReduceEngine
internal import MapReduceModel

/// The conditions of a test run: how it is split, spilled, merged and shuffled, in ways that do not
/// affect a correct job.
///
/// The default is the simplest possible run: one task reads everything, and nothing is spilled.
package struct TestConditions: Hashable, Sendable {
    /// The seed of everything that is random.
    package var seed: UInt64
    /// The approximate number of splits of each input's files, at least.
    package var splitCount = 1
    /// The number of partitions of every shuffle by key.
    package var reducerCount = 1
    /// The number of pairs after which a task spills; nil to spill when its memory is full.
    package var pairsPerSpill: Int?
    /// The number of runs merged at once; nil for the usual number.
    package var mergeWidth: Int?
    /// Whether the pairs of a `combine` are shuffled unmerged and then merged in many ways, which
    /// must all give the same result.
    package var checksMerges = false
    /// Whether the files, and the values of each key that a closure receives, come in random order.
    package var shufflesValues = false
    /// Whether every task runs twice and its two outputs are compared.
    package var runsTwice = false
    /// How far apart, relative to their size, two numbers with fractions may be and still count as
    /// the same.
    package var tolerance = 0.0

    package init(seed: UInt64 = 0) { self.seed = seed }
}

extension TestConditions: CustomStringConvertible {
    /// A text that says what is unusual about the conditions.
    package var description: String {
        var parts = [
            splitCount == 1 ? "one map task" : "\(splitCount) or more map tasks",
            reducerCount == 1 ? "one reducer" : "\(reducerCount) reducers",
        ]
        if let pairsPerSpill {
            parts.append(
                "a spill after \(pairsPerSpill == 1 ? "each pair" : "\(pairsPerSpill) pairs")"
            )
        }
        if let mergeWidth { parts.append("merges of \(mergeWidth) runs") }
        if checksMerges { parts.append("values that are merged only behind the shuffle") }
        if shufflesValues { parts.append("files and values in another order") }
        if runsTwice { parts.append("every task run twice") }
        return parts.joined(separator: ", ")
    }
}

extension RunSettings {
    /// Creates the settings of a test run: on threads of this process, each task once.
    init(_ conditions: TestConditions) {
        self.init(workerCount: min(conditions.splitCount, 2), reducerCount: conditions.reducerCount)
        limits.memoryByteCount = 16 << 20
        if let pairs = conditions.pairsPerSpill { limits.maxPairCount = pairs }
        if let width = conditions.mergeWidth { limits.mergeWidth = width }
        inProcess = true
        retryPolicy = RetryPolicy(maxAttempts: 1, auditPercent: conditions.runsTwice ? 100 : 0)
    }
}
