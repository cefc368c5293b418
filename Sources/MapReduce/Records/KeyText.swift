internal import MapReduceEngine
internal import MapReduceModel

/// The text of a stage's keys for people, as the key's type writes it.
///
///     Pair<Int, Int>          7, 5
///     Pair<String, Double>    "harbour", 1.5
///
/// For failures and reports: it allocates, and calls the `write(to:)` of the user's type.
@usableFromInline
struct KeyText: Sendable {
    private let shown: @Sendable (UnsafeRawBufferPointer) throws -> String

    /// Creates the text of keys that are encoded as the last of their record.
    init<Key: RecordKey>(whole type: Key.Type) {
        shown = { Self.text(of: try Key(record: $0)) }
    }

    /// Creates the text of keys that other keys begin with: groups.
    init<Group: RecordKey>(beginning type: Group.Type) {
        shown = { bytes in
            var reader = ByteReader(bytes)
            return Self.text(of: try Group(decoding: &reader))
        }
    }

    /// Returns a key as one line; its bytes in quotes if they are not a valid key.
    func text(of key: UnsafeRawBufferPointer) -> String {
        do { return try shown(key) } catch { return RecordQuote.text(of: key) }
    }

    /// Returns a key as one line, shortened and without control characters.
    static func text(of key: some RecordKey) -> String {
        // Uses the style of values in a list, which puts text in quotes.
        var text = TextWriter(style: .list)
        key.write(to: &text)
        let bytes = text.bytes
        guard !bytes.isEmpty else { return "()" }
        let head = RecordQuote.head(of: bytes)
        let end = head.count < bytes.count ? "… (\(bytes.count) bytes)" : ""
        return String(decoding: head, as: UTF8.self).printableLine + end
    }
}

/// The texts of the keys of a stage that reads pairs.
@usableFromInline
struct StageKeys: Sendable {
    /// The keys of the pairs that the stage reads.
    let read: KeyText
    /// The keys that its closures are called for: these keys, or groups of them.
    let called: KeyText

    /// Creates the texts for closures that are called for each key.
    @usableFromInline
    init<Key: RecordKey>(_ key: Key.Type) {
        read = KeyText(whole: key)
        called = read
    }

    /// Creates the texts for closures that are called for each group of keys.
    @usableFromInline
    init<Key: RecordKey, Group: RecordKey>(_ key: Key.Type, in group: Group.Type) {
        read = KeyText(whole: key)
        called = KeyText(beginning: group)
    }
}
