internal import MapReduceEngine

/// The lines of input files, without their line ends (LF or CRLF).
public struct Lines: Sendable {
    @usableFromInline typealias Predicate = @Sendable (Span<UInt8>) throws -> Bool

    /// The name of the input.
    @usableFromInline let name: String
    @usableFromInline let filters: [(predicate: Predicate, place: SourcePlace)]
    /// Whether each line becomes a string, and so must be valid text.
    let areStrings: Bool

    @usableFromInline
    init(
        name: String,
        filters: [(predicate: Predicate, place: SourcePlace)] = [],
        areStrings: Bool = false
    ) {
        self.name = name
        self.filters = filters
        self.areStrings = areStrings
    }

    /// Maps every line to pairs.
    ///
    /// The closure borrows the line's bytes; to keep any of them, copy them with `Bytes(line)` or
    /// `String(utf8: line)`.
    ///
    /// `body`: called once for each line; an error that it throws fails the attempt.
    @inlinable
    public func map<Key: RecordKey, Value: RecordValue>(
        _ body:
            @escaping @Sendable (_ line: Span<UInt8>, _ emit: inout Emitter<Key, Value>) throws ->
            Void,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<Key, Value> {
        let lines = self
        let place = SourcePlace(file, line)
        return Pairs(
            PairsNode { planner, generation, makeSink in
                let stage = planner.attach(lines, generation) { context in
                    LineMap(lines, to: try makeSink(context), body: body)
                }
                planner.add("map", place, to: [stage])
                return [stage]
            }
        )
    }

    /// Keeps the lines for which the closure returns true.
    public func filter(
        _ isIncluded: @escaping @Sendable (_ line: Span<UInt8>) throws -> Bool,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Lines {
        Lines(
            name: name,
            filters: filters + [(isIncluded, SourcePlace(file, line))],
            areStrings: areStrings
        )
    }
}

/// Calls a user's closure for each line.
@usableFromInline
final class LineMap<Key: RecordKey, Value: RecordValue>: LineSink {
    @usableFromInline
    typealias Body = @Sendable (Span<UInt8>, inout Emitter<Key, Value>) throws -> Void

    @usableFromInline let predicates: [Lines.Predicate]
    @usableFromInline let body: Body
    @usableFromInline let sink: any PairSink<Key, Value>
    // Only the thread of one task uses it: exclusivity checks would only cost time.
    @exclusivity(unchecked) @usableFromInline var emit: Emitter<Key, Value>

    @inlinable
    init(_ lines: Lines, to sink: any PairSink<Key, Value>, body: @escaping Body) {
        predicates = lines.filters.map(\.predicate)
        self.body = body
        self.sink = sink
        emit = Emitter(sink)
    }

    @inlinable
    func add(_ bytes: UnsafeRawBufferPointer) throws {
        let line = Span<UInt8>(_unsafeElements: bytes.assumingMemoryBound(to: UInt8.self))
        for isIncluded in predicates {
            guard try isIncluded(line) else { return }
        }
        try body(line, &emit)
    }

    @inlinable
    func flush() throws {
        try emit.finish()
        try sink.flush()
    }
}

/// The lines of input files as strings, for code that is easier to write with them; about ten times
/// slower than `Lines`.
public struct Strings: Sendable {
    @usableFromInline let lines: Lines

    @usableFromInline
    init(lines: Lines) {
        self.lines = Lines(name: lines.name, filters: lines.filters, areStrings: true)
    }

    /// Maps every line to pairs.
    ///
    /// A line that is not valid UTF-8 fails the attempt.
    ///
    /// `body`: called once for each line; an error that it throws fails the attempt.
    @inlinable
    public func map<Key: RecordKey, Value: RecordValue>(
        _ body:
            @escaping @Sendable (_ line: String, _ emit: inout Emitter<Key, Value>) throws -> Void,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<Key, Value> {
        lines.map({ line, emit in try body(String(utf8: line), &emit) }, file: file, line: line)
    }

    /// Keeps the lines for which the closure returns true.
    public func filter(
        _ isIncluded: @escaping @Sendable (_ line: String) throws -> Bool,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Strings {
        Strings(
            lines: lines.filter({ try isIncluded(String(utf8: $0)) }, file: file, line: line)
        )
    }
}

extension String {
    /// Creates a string from borrowed bytes of UTF-8 by copying them.
    /// - Throws: If they are not valid UTF-8.
    @inlinable
    public init(utf8 bytes: Span<UInt8>) throws {
        self = try bytes.withUnsafeBytes { try String(validating: $0) }
    }
}
