internal import MapReduceEngine
internal import MapReduceModel

/// Verbs that give every task a whole small dataset.
extension Pairs {
    /// Calls the closure for every combination of a value here and a value in `small` of a key that
    /// is in both datasets, without shuffling this one: every task loads the small dataset into
    /// memory once.
    ///
    ///     visits.broadcastJoin(countries) { address, visit, country, emit in emit(country, 1) }
    ///
    /// `small`: must fit in `--memory`.
    ///
    /// `body`: an error that it throws fails the attempt.
    @inlinable
    public func broadcastJoin<Small: RecordValue, NextKey: RecordKey, NextValue: RecordValue>(
        _ small: Pairs<Key, Small>,
        _ body:
            @escaping @Sendable (
                _ key: Key, _ value: Value, _ small: Small,
                _ emit: inout Emitter<NextKey, NextValue>
            ) throws -> Void,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<NextKey, NextValue> {
        step("broadcastJoin", SourcePlace(file, line), with: small) { key, value, table, emit in
            for other in table.values(of: key) { try body(key, value, other, &emit) }
        }
    }

    /// Maps every pair to other pairs with the help of a small dataset, which every task loads into
    /// memory once and in which the closure can look up any key.
    ///
    ///     sums.map(with: total) { word, sum, total, emit in
    ///         emit(word, Double(sum) / Double(total[Unit()] ?? 1))
    ///     }
    ///
    /// `small`: must fit in `--memory`. If it is made from the same pairs, the steps between this
    /// dataset and the preceding shuffle or files run a second time.
    ///
    /// `body`: an error that it throws fails the attempt.
    @inlinable
    public func map<
        SmallKey: RecordKey,
        Small: RecordValue,
        NextKey: RecordKey,
        NextValue: RecordValue
    >(
        with small: Pairs<SmallKey, Small>,
        _ body:
            @escaping @Sendable (
                _ key: Key, _ value: Value, _ small: Lookup<SmallKey, Small>,
                _ emit: inout Emitter<NextKey, NextValue>
            ) throws -> Void,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<NextKey, NextValue> {
        step("map", SourcePlace(file, line), with: small, body)
    }

    @inlinable
    func step<SmallKey: RecordKey, Small: RecordValue, NextKey: RecordKey, NextValue: RecordValue>(
        _ verb: String,
        _ place: SourcePlace,
        with small: Pairs<SmallKey, Small>,
        _ body:
            @escaping @Sendable (
                Key, Value, Lookup<SmallKey, Small>, inout Emitter<NextKey, NextValue>
            ) throws -> Void
    ) -> Pairs<NextKey, NextValue> {
        let node = self.node
        return Pairs<NextKey, NextValue>(
            PairsNode { planner, generation, makeSink in
                let shuffles = try planner.shuffle(small.node, partitionCount: 1)
                let own = try planner.generation(of: node, generation, reading: shuffles)
                let slot = planner.addSharedSlot()
                let stages = try planner.attach(node, own) { context in
                    let table: Lookup<SmallKey, Small> = try context.lookup(slot)
                    return ForwardingSink(to: try makeSink(context)) { key, value, emit in
                        try body(key, value, table, &emit)
                    }
                }
                planner.broadcast(shuffles, to: stages, slot)
                planner.add(verb, place, to: stages)
                return stages
            }
        )
    }
}

/// A small dataset in a task's memory.
public final class Lookup<Key: RecordKey, Value: RecordValue>: Sendable {
    @usableFromInline let values: [Value]
    /// The range of each key's values, by the key's encoding.
    @usableFromInline let places: [[UInt8]: Range<Int>]

    init(values: [Value], places: [[UInt8]: Range<Int>]) {
        self.values = values
        self.places = places
    }

    /// The number of keys.
    public var keyCount: Int { places.count }

    /// The first value of a key; nil if it has none.
    ///
    /// Cost: a hash of the key's encoding.
    @inlinable
    public subscript(key: Key) -> Value? { values(of: key).first }

    /// Returns all values of a key, in the order in which they were emitted.
    ///
    /// Cost: a hash of the key's encoding.
    @inlinable
    public func values(of key: Key) -> ArraySlice<Value> {
        var writer = ByteWriter()
        key.encodeLast(into: &writer)
        return places[Array(writer.bytes)].map { values[$0] } ?? []
    }
}

extension TaskContext {
    /// Loads a small dataset, once per task.
    /// - Throws: If it does not fit in a task's memory.
    @usableFromInline
    func lookup<Key, Value>(_ slot: SharedSlot) throws -> Lookup<Key, Value> {
        try shared(slot) {
            var values: [Value] = []
            var places: [[UInt8]: Range<Int>] = [:]
            var lastKey: [UInt8]?
            var start = 0
            var byteCount = 0
            for index in job.stages.broadcasts(slot, toStage: stage.id) {
                try forEachBroadcastPair(index) { key, value in
                    if lastKey.map({ !$0.elementsEqual(key) }) ?? true {
                        if let lastKey { places[lastKey] = start..<values.count }
                        lastKey = Array(key)
                        start = values.count
                        byteCount += key.count + MemoryLayout<[UInt8]>.stride * 4
                    }
                    values.append(try Value(record: value))
                    byteCount += value.count + MemoryLayout<Value>.stride
                    if byteCount > limits.memoryByteCount { throw tooLargeToBroadcast() }
                }
            }
            if let lastKey { places[lastKey] = start..<values.count }
            return Lookup(values: values, places: places)
        }
    }

    private func tooLargeToBroadcast() -> any Error {
        EngineError(
            // Another attempt would have the same memory and the same dataset.
            .badInput,
            "the small dataset of a broadcast does not fit the memory of a task, which is "
                + "\(limits.memoryByteCount) bytes; use join(_:_:), or give more with --memory"
        )
    }
}
