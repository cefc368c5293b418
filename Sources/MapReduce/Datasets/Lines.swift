/// The lines of input files, without what ends them (LF or CRLF).
public struct Lines: Sendable {
    @usableFromInline typealias Predicate = @Sendable (Span<UInt8>) throws -> Bool

    @usableFromInline let source: StageSource
    @usableFromInline let predicates: [Predicate]

    @usableFromInline
    init(source: StageSource, predicates: [Predicate] = []) {
        self.source = source
        self.predicates = predicates
    }

    /// Turns every line into pairs.
    ///
    /// A line is lent to the closure as bytes; copy what is to be kept, with `Bytes(line)` or
    /// `String(utf8: line)`.
    ///
    /// `body`: called once for each line; what it throws fails the attempt.
    @inlinable
    public func map<Key: RecordKey, Value: RecordValue>(
        _ body:
            @escaping @Sendable (_ line: Span<UInt8>, _ emit: inout Emitter<Key, Value>) throws ->
            Void,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<Key, Value> {
        let source = self.source.adding("map", file, line)
        let predicates = self.predicates
        return Pairs { _ in
            Lowered(source: source) { context, sink in
                var emit = Emitter(sink)
                try context.forEachLine { bytes in
                    let line = Span<UInt8>(
                        _unsafeElements: bytes.assumingMemoryBound(to: UInt8.self)
                    )
                    for isIncluded in predicates {
                        guard try isIncluded(line) else { return }
                    }
                    try body(line, &emit)
                }
                try emit.finish()
            }
        }
    }

    /// Keeps the lines for which the closure says true.
    public func filter(
        _ isIncluded: @escaping @Sendable (_ line: Span<UInt8>) throws -> Bool,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Lines {
        Lines(
            source: source.adding("filter", file, line),
            predicates: predicates + [isIncluded]
        )
    }
}

/// The lines of input files as strings, for code that is easier to write with them; about ten times
/// slower than `Lines`.
public struct Strings: Sendable {
    @usableFromInline let lines: Lines

    @usableFromInline
    init(lines: Lines) { self.lines = lines }

    /// Turns every line into pairs.
    ///
    /// A line that is not valid UTF-8 fails the attempt.
    ///
    /// `body`: called once for each line; what it throws fails the attempt.
    @inlinable
    public func map<Key: RecordKey, Value: RecordValue>(
        _ body:
            @escaping @Sendable (_ line: String, _ emit: inout Emitter<Key, Value>) throws -> Void,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<Key, Value> {
        lines.map({ line, emit in try body(String(utf8: line), &emit) }, file: file, line: line)
    }

    /// Keeps the lines for which the closure says true.
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
    /// Copies borrowed bytes that are text.
    /// - Throws: when they are not valid UTF-8.
    @inlinable
    public init(utf8 bytes: Span<UInt8>) throws {
        self = try bytes.withUnsafeBytes { try String(validating: $0) }
    }
}
