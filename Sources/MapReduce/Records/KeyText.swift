internal import MapReduceEngine
internal import MapReduceModel

/// Shows the keys that a stage works on to people, as their type writes them.
///
///     Pair<Int, Int>          7, 5
///     Pair<String, Double>    "harbour", 1.5
///
/// For failures and reports: it allocates, and calls the `write(to:)` of the user's type.
@usableFromInline
struct KeyText: Sendable {
    private let shown: @Sendable (UnsafeRawBufferPointer) throws -> String

    /// Keys that are encoded as the last of their record.
    init<Key: RecordKey>(whole type: Key.Type) {
        shown = { Self.text(of: try Key(record: $0)) }
    }

    /// Keys with which other keys begin: groups.
    init<Group: RecordKey>(beginning type: Group.Type) {
        shown = { bytes in
            var reader = ByteReader(bytes)
            return Self.text(of: try Group(decoding: &reader))
        }
    }

    /// A key in a line; its bytes in quotes where they are not such a key.
    func text(of key: UnsafeRawBufferPointer) -> String {
        do { return try shown(key) } catch { return RecordQuote.text(of: key) }
    }

    /// A key in a line, shortened and without control characters.
    static func text(of key: some RecordKey) -> String {
        // As values are written in a list, which has text in quotes.
        var text = TextWriter(style: .list)
        key.write(to: &text)
        let bytes = text.bytes
        guard !bytes.isEmpty else { return "()" }
        let head = RecordQuote.head(of: bytes)
        let end = head.count < bytes.count ? "… (\(bytes.count) bytes)" : ""
        return String(decoding: head, as: UTF8.self).printableLine + end
    }
}

/// How the keys of a stage that reads pairs are shown.
@usableFromInline
struct StageKeys: Sendable {
    /// The keys of the pairs that it reads.
    let read: KeyText
    /// What its closures are called for: these keys, or groups of them.
    let called: KeyText

    /// Closures are called for each key.
    @usableFromInline
    init<Key: RecordKey>(_ key: Key.Type) {
        read = KeyText(whole: key)
        called = read
    }

    /// Closures are called for each group of keys.
    @usableFromInline
    init<Key: RecordKey, Group: RecordKey>(_ key: Key.Type, in group: Group.Type) {
        read = KeyText(whole: key)
        called = KeyText(beginning: group)
    }
}
