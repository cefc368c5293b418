public import MapReduceEngine

/// Verbs that treat a dataset as a whole.
extension Pairs {
    /// Returns the pairs of both datasets, with this one's first.
    @inlinable
    public func union(_ other: Pairs<Key, Value>) -> Pairs<Key, Value> {
        let nodes = [node, other.node]
        return Pairs(
            PairsNode { planner, generation, makeSink in
                let slot = planner.addSharedSlot()
                var stages: [StageHandle] = []
                for node in nodes {
                    // One sink for all datasets of the union that one stage produces.
                    stages += try planner.attach(node, generation) { context in
                        try context.shared(slot) {
                            JoiningSink(context, to: try makeSink(context))
                        }
                    }
                }
                return stages
            }
        )
    }

    /// Returns each distinct pair once, however often it was emitted.
    @inlinable
    public func distinct(
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<Key, Value> where Value: RecordKey {
        let place = SourcePlace(file, line)
        let whole: Pairs<Pair<Key, Value>, Unit> = step("distinct", place) { key, value, emit in
            emit(Pair(key, value), Unit())
        }
        return whole.combine({ first, _ in first }, file: file, line: line)
            .step("distinct", place) { pair, _, emit in emit(pair.first, pair.second) }
    }

    /// Returns the number of pairs as a single pair, even if there are none.
    @inlinable
    public func count(
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<Unit, Int> {
        let place = SourcePlace(file, line)
        let ones: Pairs<Unit, Int> = step("count", place) { _, _, emit in emit(Unit(), 1) }
        // One partition has one task, which can tell that there are no pairs.
        return ones.combine(+, file: file, line: line).total(place)
    }

    /// Returns the number of pairs of each key.
    @inlinable
    public func countByKey(
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<Key, Int> {
        let ones: Pairs<Key, Int> = step("countByKey", SourcePlace(file, line)) { key, _, emit in
            emit(key, 1)
        }
        return ones.combine(+, file: file, line: line)
    }

    /// Returns a random sample of the pairs: the same ones in every run with the same seed, however
    /// the job is split.
    ///
    /// A pair is chosen by the record or key that it was made from and by its number among the
    /// pairs made from that, so equal pairs are chosen individually.
    ///
    /// `fraction`: from 0 for none to 1 for all; any other value is an error when the job is
    /// planned.
    @inlinable
    public func sample(
        _ fraction: Double,
        seed: UInt64 = 0,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<Key, Value> {
        let node = self.node
        let place = SourcePlace(file, line)
        guard fraction >= 0, fraction <= 1 else {
            return .mistaken("sample(\(fraction)) is not a share from 0 to 1", place)
        }
        let threshold = Self.threshold(of: fraction)
        // A sample of a sample uses different random numbers: the same ones would choose all of it.
        var pass = node.pass
        let seed = seed &+ UInt64(pass.sampleCount) &* 0x9e37_79b9_7f4a_7c15
        pass.sampleCount += 1
        return Pairs(
            PairsNode(pass: pass) { planner, generation, makeSink in
                let stages = try planner.attach(node, generation) { context in
                    SamplingSink(to: try makeSink(context), threshold: threshold, seed: seed)
                }
                planner.add("sample", place, to: stages)
                return stages
            }
        )
    }

    /// Returns the threshold below which the given fraction of all 64-bit numbers lies; nil for
    /// all.
    @usableFromInline
    static func threshold(of fraction: Double) -> UInt64? {
        if fraction >= 1 { return nil }
        return fraction > 0 ? UInt64(fraction * 0x1p64) : 0
    }
}

extension Pairs where Key == Unit, Value == Int {
    /// Returns the sum of all values, even if there are none.
    @inlinable
    func total(_ place: SourcePlace) -> Pairs<Unit, Int> {
        let node = self.node
        let reader = ShuffleIdentity()
        return Pairs(
            PairsNode("count", place, keys: StageKeys(Unit.self)) { planner in
                [try planner.sort(node, for: reader, .sorted(partitionCount: 1), .one)]
            } emit: { context, sink in
                var sum = 0
                try context.forEachGroup { groups in
                    while try groups.nextValue() { sum += try Int(record: groups.value) }
                    return true
                }
                sink.add(Unit(), sum)
            }
        )
    }
}

/// A sink that passes on a random sample of the pairs.
@usableFromInline
final class SamplingSink<Key: RecordKey, Value: RecordValue>: PairSink {
    @usableFromInline let context: TaskContext
    @usableFromInline let target: any PairSink<Key, Value>
    private let threshold: UInt64?
    private let seed: UInt64
    /// The call that made the last pair, and the number of pairs that it made before.
    private var call = 0
    private var ordinal: UInt64 = 0

    @usableFromInline
    init(to target: any PairSink<Key, Value>, threshold: UInt64?, seed: UInt64) {
        context = target.context
        self.target = target
        self.threshold = threshold
        self.seed = seed
    }

    @usableFromInline
    func add(_ key: Key, _ value: Value) { if isChosen() { target.add(key, value) } }

    @usableFromInline
    func add(encodedKey key: UnsafeRawBufferPointer, _ value: Value) {
        if isChosen() { target.add(encodedKey: key, value) }
    }

    @usableFromInline
    func add(encodedKey key: UnsafeRawBufferPointer, encodedValue value: UnsafeRawBufferPointer) {
        if isChosen() { target.add(encodedKey: key, encodedValue: value) }
    }

    @usableFromInline
    func flush() throws { try target.flush() }

    private func isChosen() -> Bool {
        if call == context.currentCall {
            ordinal &+= 1
        } else {
            call = context.currentCall
            ordinal = 0
        }
        guard let threshold else { return true }
        return context.currentRecordHash(seed: seed, ordinal: ordinal) < threshold
    }
}
