/// The columns that every line of an output has, with their names.
struct ColumnLayout: Hashable, Sendable {
    /// The number of columns that belong to the key.
    let keyCount: Int
    let names: [String]
    /// The text before each value in JSON: `{"word":`, then `,"count":`.
    let fields: [[UInt8]]

    /// `names`: the names given to `columns`; nil for `key` and `value`, followed by a number where
    /// there are several.
    ///
    /// - Throws: If the number of names is not the number of columns.
    init(keyCount: Int, valueCount: Int, names: [String]?) throws {
        self.keyCount = keyCount
        self.names =
            names ?? Self.numbered("key", keyCount) + Self.numbered("value", valueCount)
        guard self.names.count == keyCount + valueCount else {
            throw OutputError(
                "the output has \(keyCount + valueCount) columns, and columns(…) names "
                    + "\(self.names.count): \(self.names.joined(separator: ", "))"
            )
        }
        fields = self.names.enumerated().map { index, name in
            var text = TextWriter(style: .json)
            text.appendQuoted(Array(name.utf8).span)
            return [index == 0 ? 0x7B : 0x2C] + Array(text.bytes) + [0x3A]
        }
    }

    private static func numbered(_ name: String, _ count: Int) -> [String] {
        count == 1 ? [name] : (0..<count).map { "\(name)\($0 + 1)" }
    }

    /// Returns the header line of CSV.
    static func header(_ names: [String]) -> [UInt8] {
        var text = TextWriter(style: .csv)
        for name in names { text.write(name) }
        text.endLine()
        return Array(text.bytes)
    }

    /// Checks the names that a job gives.
    /// - Throws: If one is empty, occurs twice or contains a character that would break a line.
    static func check(_ names: [String]) throws {
        for (index, name) in names.enumerated() {
            let hasControl = name.utf8.contains { $0 < 0x20 || $0 == 0x7F }
            if name.isEmpty || hasControl {
                throw JobError(.usage, "columns(…) names column \(index + 1) \"\(name)\"")
            }
            if names[..<index].contains(name) {
                throw JobError(.usage, "columns(…) has the name \(name) twice")
            }
        }
    }
}
