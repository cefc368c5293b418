/// The records of input files, decoded and passed to closures one by one.
public struct Records<Record: ~Copyable & ~Escapable>: Sendable {
    @usableFromInline typealias Predicate = @Sendable (borrowing Record) throws -> Bool

    /// The name of the input.
    let name: String
    let format: RecordFormat<Record>
    /// The identity of these records: everything made from them shares one reading of the files.
    let identity = RecordsIdentity()
    let filters: [(predicate: Predicate, place: SourcePlace)]

    init(
        name: String,
        format: RecordFormat<Record>,
        filters: [(predicate: Predicate, place: SourcePlace)] = []
    ) {
        self.name = name
        self.format = format
        self.filters = filters
    }

    /// The problem with the format; nil if it is valid.
    @usableFromInline var problem: String? { format.problem }

    @usableFromInline var predicates: [Predicate] { filters.map(\.predicate) }

    /// Maps every record to pairs.
    ///
    /// The closure borrows the record; copy what you keep of it.
    ///
    /// `body`: called once for each record; an error that it throws fails the attempt.
    @inlinable
    public func map<Key: RecordKey, Value: RecordValue>(
        _ body:
            @escaping @Sendable (_ record: borrowing Record, _ emit: inout Emitter<Key, Value>)
            throws -> Void,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<Key, Value> {
        let records = self
        let place = SourcePlace(file, line)
        if let problem { return .mistaken(problem, place) }
        return Pairs(
            PairsNode { planner, generation, makeSink in
                let predicates = records.predicates
                let stage = planner.attach(records, generation) { context in
                    let map = RecordMap(predicates, to: try makeSink(context), body: body)
                    return RecordSink(add: { try map.add($0) }, flush: { try map.flush() })
                }
                planner.add("map", place, to: [stage])
                return [stage]
            }
        )
    }

    /// Keeps the records for which the closure returns true.
    public func filter(
        _ isIncluded: @escaping @Sendable (_ record: borrowing Record) throws -> Bool,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Records {
        Records(
            name: name,
            format: format,
            filters: filters + [(isIncluded, SourcePlace(file, line))]
        )
    }
}

/// The identity of the records of one description.
final class RecordsIdentity: Sendable {}

/// Calls a user's closure for each record.
@usableFromInline
final class RecordMap<Record: ~Copyable & ~Escapable, Key: RecordKey, Value: RecordValue> {
    @usableFromInline
    typealias Body = @Sendable (borrowing Record, inout Emitter<Key, Value>) throws -> Void

    @usableFromInline let predicates: [Records<Record>.Predicate]
    @usableFromInline let body: Body
    @usableFromInline let sink: any PairSink<Key, Value>
    // Only the thread of one task uses it: exclusivity checks would only cost time.
    @exclusivity(unchecked) @usableFromInline var emit: Emitter<Key, Value>

    @inlinable
    init(
        _ predicates: [Records<Record>.Predicate],
        to sink: any PairSink<Key, Value>,
        body: @escaping Body
    ) {
        self.predicates = predicates
        self.body = body
        self.sink = sink
        emit = Emitter(sink)
    }

    @inlinable
    func add(_ record: borrowing Record) throws {
        for isIncluded in predicates {
            guard try isIncluded(record) else { return }
        }
        try body(record, &emit)
    }

    @inlinable
    func flush() throws {
        try emit.finish()
        try sink.flush()
    }
}
