/// The parts of writing that are specific to formats other than TSV.
extension TextWriter {
    /// Notes why the line cannot be written.
    mutating func fail(_ failure: OutputError) {
        if writer.failure == nil { writer.fail(failure) }
    }

    @usableFromInline
    mutating func beginOtherValue() {
        switch style {
        case .tsv, .lines:
            if !isFirst { writer.append(0x09) }
        case .csv:
            if !isFirst { writer.append(0x2C) }
            columnCount += 1
        case .json:
            // The field's name; a line with too many fields is never written.
            if let layout, columnCount < layout.fields.count {
                let field = layout.fields[columnCount]
                field.withUnsafeBytes { writer.append($0) }
            }
            columnCount += 1
        case .list:
            if !isFirst {
                writer.append(0x2C)
                // A key that is shown to people has no brackets around it.
                if depth == 0 { writer.append(0x20) }
            }
        case .binary: break
        }
        isFirst = false
    }

    @usableFromInline
    mutating func checkKey() {
        guard let layout, columnCount != layout.keyCount else { return }
        fail(.columns(columnCount, of: "the key", not: layout.keyCount))
    }

    @usableFromInline
    mutating func endOtherLine() {
        if depth > 0 { fail(OutputError("a list was begun, and not ended")) }
        switch lineStyle {
        case .tsv, .list: break
        case .csv, .json:
            if let layout, columnCount != layout.names.count {
                fail(.columns(columnCount, of: "the record", not: layout.names.count))
            }
            if lineStyle == .json {
                if columnCount == 0 { writer.append(0x7B) }
                writer.append(0x7D)
            } else if writer.count == 0 {
                // Readers skip lines without any text.
                writer.append(0x22)
                writer.append(0x22)
            }
        case .lines: if bytes.contains(0x0A) { fail(.lineEnd) }
        case .binary: return
        }
        writer.append(0x0A)
    }

    /// Appends text in the format's form.
    @usableFromInline
    mutating func appendOther(_ text: Span<UInt8>) {
        switch style {
        case .tsv: appendEscaped(text)
        case .csv: text.withUnsafeBytes { appendField($0) }
        case .json, .list: appendQuoted(text)
        case .lines, .binary: writer.append(text)
        }
    }

    /// Appends JSON text in the format's form.
    mutating func appendOther(json: Span<UInt8>) {
        switch style {
        case .csv: json.withUnsafeBytes { appendField($0) }
        case .binary: fail(OutputError.noBinary("JSON"))
        case .tsv, .json, .lines, .list: writer.append(json)
        }
    }

    /// Appends a CSV field, in quotes if necessary; an empty text needs them to differ from nil.
    mutating func appendField(_ bytes: UnsafeRawBufferPointer) {
        let needsQuotes =
            bytes.isEmpty
            || bytes.contains { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
        guard needsQuotes else {
            writer.append(bytes)
            return
        }
        writer.append(0x22)
        for byte in bytes {
            if byte == 0x22 { writer.append(0x22) }
            writer.append(byte)
        }
        writer.append(0x22)
    }

    /// Puts the text written since `start` in quotes if it needs them as a CSV field.
    mutating func quoteColumn(from start: Int) {
        let column = Array(bytes[start...])
        writer.count = start
        column.withUnsafeBytes { appendField($0) }
    }

    /// Appends a JSON string; in a list within TSV, it is escaped once more as a column.
    @usableFromInline
    mutating func appendQuoted(_ text: Span<UInt8>) {
        if lineStyle == .json, !isValid(text) { fail(.invalidText) }
        let backslashes = lineStyle == .tsv ? 2 : 1
        writer.append(0x22)
        text.withUnsafeBytes { bytes in
            var start = 0
            for index in bytes.indices {
                let byte = bytes[index]
                guard byte == 0x22 || byte == 0x5C || byte < 0x20 else { continue }
                writer.append(UnsafeRawBufferPointer(rebasing: bytes[start..<index]))
                for _ in 0..<backslashes { writer.append(0x5C) }
                switch byte {
                case 0x22: writer.append(byte)
                case 0x5C: for _ in 0..<backslashes { writer.append(byte) }
                default: appendCodePoint(byte)
                }
                start = index + 1
            }
            writer.append(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        }
        writer.append(0x22)
    }

    /// Appends a code point, such as `u001f`.
    private mutating func appendCodePoint(_ byte: UInt8) {
        let digit = { (half: UInt8) in half < 10 ? 48 + half : 87 + half }
        for letter in [0x75, 0x30, 0x30, digit(byte >> 4), digit(byte & 15)] {
            writer.append(letter)
        }
    }

    /// Returns whether bytes are valid UTF-8, as JSON must be.
    private func isValid(_ text: Span<UInt8>) -> Bool {
        text.withUnsafeBytes { bytes in
            bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes, as: UTF8.self) != nil
        }
    }
}

/// The reason why a record cannot be written in the output's format.
struct OutputError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    static let lineEnd = OutputError(
        "the record holds a line end, which --format lines would write as it is; choose another "
            + "format"
    )

    static let invalidText = OutputError(
        "the record holds bytes that are not UTF-8, which JSON cannot have; choose another --format"
    )

    static func noBinary(_ value: String) -> OutputError {
        OutputError(
            "--format binary writes bytes, strings and integers, and not \(value); choose another "
                + "format"
        )
    }

    static func columns(_ count: Int, of whole: String, not expected: Int) -> OutputError {
        OutputError(
            "\(whole) has \(count) \(count == 1 ? "column" : "columns"), and not \(expected) as "
                + "those before it; write the same number always, or choose --format tsv"
        )
    }
}
