/// A writer of records as lines of columns, in the format of the job's output.
///
/// Each `write` writes one column. By default, columns are separated by tabs. Within one, a tab is
/// written as `\t`, a newline as `\n`, a carriage return as `\r` and a backslash as `\\`, so that
/// every line is one record and can be read back; nil is `\N`. A list is one column of JSON.
/// `Documentation/Formats.md` describes the other formats and the details.
public struct TextWriter: ~Copyable {
    @usableFromInline var writer = ByteWriter()
    /// The style of the next value.
    @usableFromInline var style: Style
    /// The style of the values in a line that are not in a list.
    let lineStyle: Style
    /// The number of open lists.
    @usableFromInline var depth = 0
    /// Whether the next value is the first of its line or list.
    @usableFromInline var isFirst = true
    /// The number of columns in the line so far; not counted in TSV.
    @usableFromInline var columnCount = 0
    /// The columns that every line must have; nil while they are unknown or do not matter.
    var layout: ColumnLayout?
    /// The offset where a CSV column that is a list begins.
    var listStart = 0

    /// The way in which values are written.
    @usableFromInline
    enum Style: UInt8, Sendable {
        case tsv
        case csv
        case json
        case lines
        case binary
        /// JSON within a list.
        case list
    }

    @usableFromInline
    init(style: Style = .tsv) {
        self.style = style
        lineStyle = style
    }

    /// The line so far.
    @inlinable
    var bytes: UnsafeRawBufferPointer { writer.bytes }

    @inlinable
    mutating func beginLine() {
        writer.removeAll()
        isFirst = true
        columnCount = 0
    }

    /// Notes that the columns of the key have been written.
    @inlinable
    @inline(__always)
    mutating func endKey() { if style != .tsv { checkKey() } }

    @inlinable
    @inline(__always)
    mutating func endLine() {
        if style == .tsv { writer.append(0x0A) } else { endOtherLine() }
    }

    @inlinable
    @inline(__always)
    mutating func beginValue() {
        if style == .tsv {
            if !isFirst { writer.append(0x09) }
            isFirst = false
        } else {
            beginOtherValue()
        }
    }

    /// Writes a string.
    @inlinable
    public mutating func write(_ string: String) {
        var copy = string
        copy.withUTF8 { write(utf8: Span(_unsafeElements: $0)) }
    }

    /// Writes text given as its UTF-8 bytes.
    ///
    /// Invalid bytes are written unchanged, except in JSON, where they fail the attempt.
    @inlinable
    public mutating func write(utf8 text: Span<UInt8>) {
        beginValue()
        if style == .tsv { appendEscaped(text) } else { appendOther(text) }
    }

    /// Writes an integer in decimal; in binary, its big-endian bytes.
    @inlinable
    public mutating func write(_ integer: some FixedWidthInteger) {
        if style == .binary {
            writer.append(bigEndian: integer)
            return
        }
        guard integer.bitWidth <= 64 else {
            write(bare: "\(integer)")
            return
        }
        beginValue()
        appendDecimal(UInt64(truncatingIfNeeded: integer.magnitude), isNegative: integer < 0)
    }

    @usableFromInline
    mutating func appendDecimal(_ magnitude: UInt64, isNegative: Bool) {
        withUnsafeTemporaryAllocation(byteCount: 24, alignment: 8) { digits in
            var rest = magnitude
            var index = 24
            repeat {
                index -= 1
                digits[index] = UInt8(truncatingIfNeeded: 48 + rest % 10)
                rest /= 10
            } while rest > 0
            if isNegative {
                index -= 1
                digits[index] = 45
            }
            writer.append(UnsafeRawBufferPointer(rebasing: digits[index...]))
        }
    }

    /// Writes the shortest decimal that reads back as the same number.
    ///
    /// JSON has no infinities and no NaN, so they are strings there.
    mutating func write(decimal number: some BinaryFloatingPoint & CustomStringConvertible) {
        if number.isFinite || (style != .list && style != .json) {
            write(bare: number.description)
        } else {
            write(number.description)
        }
    }

    /// Writes text that needs no escape and, in JSON, no quotes.
    @usableFromInline
    mutating func write(bare text: String) {
        beginValue()
        if style == .binary { fail(OutputError.noBinary(text)) }
        var copy = text
        copy.withUTF8 { writer.append(UnsafeRawBufferPointer($0)) }
    }

    /// Writes JSON text unchanged, except that it is escaped once as a column.
    @usableFromInline
    mutating func write(json: Span<UInt8>) {
        beginValue()
        if lineStyle == .tsv { appendEscaped(json) } else { appendOther(json: json) }
    }

    /// Writes nil: `\N` in TSV, nothing in CSV and raw lines, and `null` in JSON.
    public mutating func writeNull() {
        beginValue()
        switch style {
        case .tsv:
            writer.append(0x5C)
            writer.append(0x4E)
        case .csv, .lines: break
        case .json, .list: for byte in "null".utf8 { writer.append(byte) }
        case .binary: fail(OutputError.noBinary("nil"))
        }
    }

    /// Begins a list: a column of JSON, or an array within one.
    public mutating func beginList() {
        beginValue()
        if style == .binary { fail(OutputError.noBinary("a list")) }
        if depth == 0 { listStart = writer.count }
        writer.append(0x5B)
        depth += 1
        style = .list
        isFirst = true
    }

    /// Ends the list that was begun last.
    public mutating func endList() {
        precondition(depth > 0, "each endList() follows its beginList()")
        writer.append(0x5D)
        depth -= 1
        isFirst = false
        guard depth == 0 else { return }
        style = lineStyle
        if style == .csv { quoteColumn(from: listStart) }
    }

    /// Begins values that belong together: separate columns in a line, an array in a list.
    @inlinable
    public mutating func beginGroup() { if depth > 0 { beginList() } }

    /// Ends the group that was begun last.
    @inlinable
    public mutating func endGroup() { if depth > 0 { endList() } }

    @usableFromInline
    mutating func appendEscaped(_ text: Span<UInt8>) {
        text.withUnsafeBytes { bytes in
            var start = 0
            for index in bytes.indices {
                let byte = bytes[index]
                guard byte == 0x5C || (byte <= 0x0D && byte >= 0x09) else { continue }
                let letter: UInt8
                switch byte {
                case 0x09: letter = 0x74
                case 0x0A: letter = 0x6E
                case 0x0D: letter = 0x72
                case 0x5C: letter = 0x5C
                default: continue
                }
                writer.append(UnsafeRawBufferPointer(rebasing: bytes[start..<index]))
                writer.append(0x5C)
                writer.append(letter)
                start = index + 1
            }
            writer.append(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        }
    }
}
