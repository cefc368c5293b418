/// Writes records as lines of tab-separated columns.
///
/// Each `write` makes one column. Within a column, a tab is written as `\t`, a newline as `\n`, a
/// carriage return as `\r` and a backslash as `\\`, so that every line is one record and can be
/// read back; nil is `\N`. A list is one column of JSON. The details are in
/// `Documentation/Formats.md`.
public struct TextWriter: ~Copyable {
    @usableFromInline var writer = ByteWriter()
    /// How many lists are open; above 0 what is written is JSON.
    @usableFromInline var depth = 0
    /// Whether the next value is the first of its line or list.
    @usableFromInline var isFirst = true

    @usableFromInline
    init() {}

    /// The line so far.
    @inlinable
    var bytes: UnsafeRawBufferPointer { writer.bytes }

    @inlinable
    mutating func beginLine() {
        writer.removeAll()
        isFirst = true
    }

    @inlinable
    mutating func endLine() { writer.append(0x0A) }

    @inlinable
    @inline(__always)
    mutating func beginValue() {
        if !isFirst { writer.append(depth == 0 ? 0x09 : 0x2C) }
        isFirst = false
    }

    /// Writes a string.
    @inlinable
    public mutating func write(_ string: String) {
        var copy = string
        copy.withUTF8 { write(utf8: Span(_unsafeElements: $0)) }
    }

    /// Writes text that is given as its UTF-8 bytes.
    ///
    /// Bytes that are not valid are written as they are.
    @inlinable
    public mutating func write(utf8 text: Span<UInt8>) {
        beginValue()
        if depth == 0 { appendEscaped(text) } else { appendQuoted(text) }
    }

    /// Writes an integer in decimal.
    @inlinable
    public mutating func write(_ integer: some FixedWidthInteger) {
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
    /// JSON has no infinities and no NaN: there they are strings.
    mutating func write(decimal number: some BinaryFloatingPoint & CustomStringConvertible) {
        if number.isFinite || depth == 0 {
            write(bare: number.description)
        } else {
            write(number.description)
        }
    }

    /// Writes text that needs no escape and, in JSON, no quotes.
    @usableFromInline
    mutating func write(bare text: String) {
        beginValue()
        var copy = text
        copy.withUTF8 { writer.append(UnsafeRawBufferPointer($0)) }
    }

    /// Writes JSON text as it is, escaped once as a column.
    @usableFromInline
    mutating func write(json: Span<UInt8>) {
        beginValue()
        appendEscaped(json)
    }

    /// Writes `\N`, or `null` in a list.
    public mutating func writeNull() {
        beginValue()
        if depth == 0 {
            writer.append(0x5C)
            writer.append(0x4E)
        } else {
            for byte in "null".utf8 { writer.append(byte) }
        }
    }

    /// Begins a list: a column of JSON, or an array within one.
    public mutating func beginList() {
        beginValue()
        writer.append(0x5B)
        depth += 1
        isFirst = true
    }

    /// Ends the list that was begun last.
    public mutating func endList() {
        precondition(depth > 0, "each endList() follows its beginList()")
        writer.append(0x5D)
        depth -= 1
        isFirst = false
    }

    /// Begins values that belong together: columns of their own in a line, an array in a list.
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

    /// Appends a byte of JSON, escaped as part of a column.
    private mutating func appendEscapedOnce(_ byte: UInt8) {
        if byte == 0x5C { writer.append(0x5C) }
        writer.append(byte)
    }

    /// Appends a JSON string, escaped once more as a column.
    @usableFromInline
    mutating func appendQuoted(_ text: Span<UInt8>) {
        writer.append(0x22)
        for index in text.indices {
            let byte = text[index]
            switch byte {
            case 0x22, 0x5C:
                appendEscapedOnce(0x5C)
                appendEscapedOnce(byte)
            case 0..<0x20:
                appendEscapedOnce(0x5C)
                let hex = Array("0123456789abcdef".utf8)
                for digit in [0x75, 0x30, 0x30, hex[Int(byte >> 4)], hex[Int(byte & 15)]] {
                    writer.append(digit)
                }
            default: writer.append(byte)
            }
        }
        writer.append(0x22)
    }
}
