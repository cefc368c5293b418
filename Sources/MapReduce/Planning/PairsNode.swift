internal import MapReduceEngine

/// A dataset in the graph that `pipeline(_:)` describes; verbs make new nodes from existing ones.
///
/// A node knows how to connect to the datasets that it is made from. That is done once per node
/// when the graph is planned, however often the dataset is used, so all uses share the work.
@usableFromInline
final class PairsNode<Key: RecordKey, Value: RecordValue>: Sendable {
    /// Plans the stages that produce the pairs, and makes each of their tasks pass its pairs to the
    /// sink.
    ///
    /// Returns the stages that produce the pairs; there are several after a union.
    @usableFromInline
    typealias Connect =
        @Sendable (Planner, Planner.Generation, @escaping MakeSink<Key, Value>) throws ->
        [StageHandle]

    @usableFromInline let connect: Connect
    /// Finds the first pairs of sorted ones without sorting all of them; nil if they are not
    /// sorted.
    @usableFromInline let prefix: (@Sendable (Int, SourcePlace) -> PairsNode)?
    /// The shuffle from which these pairs are read unchanged.
    ///
    /// It also serves all readers that need them by the hash of the key, in as many partitions as
    /// there are reducers.
    @usableFromInline let source: (@Sendable (Planner) throws -> [ShuffleHandle])?
    /// The effects of the verbs applied to the pairs since they were shuffled.
    @usableFromInline let pass: Pass

    @inlinable
    init(
        prefix: (@Sendable (Int, SourcePlace) -> PairsNode)? = nil,
        source: (@Sendable (Planner) throws -> [ShuffleHandle])? = nil,
        pass: Pass = Pass(),
        _ connect: @escaping Connect
    ) {
        self.prefix = prefix
        self.source = source
        self.pass = pass
        self.connect = connect
    }

    /// Returns the pass after a step that may change the keys: pairs that were sorted by their keys
    /// are then in an order of their own.
    @usableFromInline
    func passAfterMap(_ place: SourcePlace) -> Pass {
        var pass = pass
        if prefix != nil { pass.sorted = pass.sorted ?? place }
        return pass
    }
}

/// The effects of the verbs in one pass over pairs, for the verbs that follow.
@usableFromInline
struct Pass: Sendable {
    /// The place of the verb that left the pairs in an order other than key order.
    @usableFromInline var sorted: SourcePlace?
    /// The number of times the pairs were sampled.
    @usableFromInline var sampleCount = 0

    @usableFromInline
    init(sorted: SourcePlace? = nil) { self.sorted = sorted }
}

extension Pairs {
    /// Returns a placeholder for a dataset that cannot be planned.
    ///
    /// `problem`: what is wrong, and what to do about it.
    @usableFromInline
    static func mistaken(_ problem: String, _ place: SourcePlace) -> Pairs {
        let text =
            "the pipeline cannot be run: \(place.fileName):\(place.line): \(problem)"
        return Pairs(PairsNode { _, _, _ in throw JobError(.usage, text) })
    }
}
