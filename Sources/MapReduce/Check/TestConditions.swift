internal import MapReduceDriver
internal import MapReduceEngine
internal import MapReduceModel

/// How a run for a test is cut, spilled, merged and shuffled: in ways that a correct job does not
/// notice.
///
/// The default is the plainest run there is: one task reads all, and nothing is spilled.
package struct TestConditions: Hashable, Sendable {
    /// Decides all that is left to chance.
    package var seed: UInt64
    /// Into about how many splits the files of each input are cut, at least.
    package var splitCount = 1
    /// Partitions of every shuffle by key.
    package var reducerCount = 1
    /// After how many pairs a task spills; nil when its memory is full.
    package var pairsPerSpill: Int?
    /// Runs that are merged at once; nil for as many as usual.
    package var mergeWidth: Int?
    /// Whether the pairs of a `combine` are shuffled as they are, and merged in many ways then,
    /// all of which must give the same.
    package var checksMerges = false
    /// Whether the files, and the values of each key that a closure is given, come in any order.
    package var shufflesValues = false
    /// Whether every task runs twice and is compared with itself.
    package var runsTwice = false
    /// How far apart, relative to their size, two numbers with fractions may be that count as the
    /// same.
    package var tolerance = 0.0

    package init(seed: UInt64 = 0) { self.seed = seed }
}

extension TestConditions: CustomStringConvertible {
    /// What is unusual about it, in words.
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
    /// What a run for a test uses: on threads of this process, each task once.
    init(_ conditions: TestConditions) {
        self.init(workerCount: min(conditions.splitCount, 2), reducerCount: conditions.reducerCount)
        limits.memoryByteCount = 16 << 20
        if let pairs = conditions.pairsPerSpill { limits.maxPairCount = pairs }
        if let width = conditions.mergeWidth { limits.mergeWidth = width }
        inProcess = true
        retryPolicy = RetryPolicy(maxAttempts: 1, auditPercent: conditions.runsTwice ? 100 : 0)
    }
}
