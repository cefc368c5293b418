internal import MapReduceEngine

/// A dataset in the graph that `pipeline(_:)` describes; verbs make new ones of those there are.
///
/// A node knows how to be connected to what it is made of. That is done once for each node, however
/// often the dataset is used, when the graph is planned: so all uses share the work.
@usableFromInline
final class PairsNode<Key: RecordKey, Value: RecordValue>: Sendable {
    /// Plans what produces the pairs, and has every task of it hand them to the sink.
    ///
    /// The stages that produce them are what it returns; there are several after a union.
    @usableFromInline
    typealias Connect =
        @Sendable (Planner, Planner.Generation, @escaping MakeSink<Key, Value>) throws ->
        [StageHandle]

    @usableFromInline let connect: Connect
    /// The first pairs, when these are sorted: found without a sort of all.
    @usableFromInline let prefix: (@Sendable (Int, SourcePlace) -> PairsNode)?
    /// The shuffle that these are read from as they are, which does for all that want them by the
    /// hash of the key, in as many partitions as there are reducers.
    @usableFromInline let source: (@Sendable (Planner) throws -> [ShuffleHandle])?
    /// What was done to the pairs since they were shuffled.
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

    /// What is left behind where the keys may have changed: pairs that were sorted by their keys
    /// are in an order of their own then.
    @usableFromInline
    func passAfterMap(_ place: SourcePlace) -> Pass {
        var pass = pass
        if prefix != nil { pass.sorted = pass.sorted ?? place }
        return pass
    }
}

/// What the verbs of one pass over pairs leave behind for those that follow.
@usableFromInline
struct Pass: Sendable {
    /// What sorted the pairs, in an order that is not that of their keys any more.
    @usableFromInline var sorted: SourcePlace?
    /// How often a share of them was chosen.
    @usableFromInline var sampleCount = 0

    @usableFromInline
    init(sorted: SourcePlace? = nil) { self.sorted = sorted }
}

extension Pairs {
    /// Stands for a dataset that cannot be planned.
    ///
    /// `problem`: what is wrong, and what to do.
    @usableFromInline
    static func mistaken(_ problem: String, _ place: SourcePlace) -> Pairs {
        let text =
            "the pipeline cannot be run: \(place.fileName):\(place.line): \(problem)"
        return Pairs(PairsNode { _, _, _ in throw JobError(.usage, text) })
    }
}
