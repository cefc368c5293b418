internal import CIntrinsics

extension JSONScanner {
    /// Moves past a string whose quote is next: it must have only JSON escapes, valid UTF-8, and no
    /// control characters.
    @inline(__always)
    mutating func string() throws -> JSONValue {
        let start = offset &+ 1
        guard let base = bytes.baseAddress else { throw problem("a string is expected") }
        offset = start
        var hasEscapes = false
        while offset < bytes.count {
            let stops = intrinsics_json_stops(base + offset)
            guard stops != 0 else {
                offset &+= 32
                continue
            }
            offset &+= stops.trailingZeroBitCount
            guard offset < bytes.count else { break }
            let byte = bytes[offset]
            if byte == 0x22 {
                let end = offset
                offset &+= 1
                return JSONValue(kind: .string, start: start, end: end, hasEscapes: hasEscapes)
            }
            if byte == 0x5C {
                hasEscapes = true
                try skipEscape()
            } else {
                try skipCharacters()
            }
        }
        offset = bytes.count
        throw problem("a string is not closed")
    }

    private mutating func skipEscape() throws {
        let place = offset
        offset &+= 1
        switch byte {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: offset &+= 1
        case 0x75:
            guard Self.hexadecimal(bytes, offset + 1, bytes.count) != nil else {
                offset = place
                throw problem("four hexadecimal digits are expected")
            }
            offset &+= 5
        default:
            guard offset < bytes.count else { throw problem("a string is not closed") }
            offset = place
            throw problem("there is no such escape")
        }
    }

    /// Moves past one or more non-ASCII characters.
    private mutating func skipCharacters() throws {
        repeat {
            let count = UTF8Character.byteCount(in: bytes, at: offset)
            guard count > 0 else {
                throw problem(
                    byte < 0x20
                        ? "a control character in a string is not escaped"
                        : "the text is not valid UTF-8"
                )
            }
            offset &+= count
        } while byte >= 0x80
    }

    /// Returns the text of a string's bytes with its escapes decoded.
    ///
    /// - Throws: `JSONError` for an escape that stands for half of a character.
    package static func unescape(
        _ bytes: UnsafeRawBufferPointer,
        _ value: JSONValue
    ) throws(JSONError) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(value.end - value.start)
        var index = value.start
        while index < value.end {
            let byte = bytes[index]
            index += 1
            guard byte == 0x5C else {
                text.append(byte)
                continue
            }
            let place = index - 1
            let escape = index < value.end ? bytes[index] : 0
            index += 1
            switch escape {
            case 0x22, 0x5C, 0x2F: text.append(escape)
            case 0x62: text.append(0x08)
            case 0x66: text.append(0x0C)
            case 0x6E: text.append(0x0A)
            case 0x72: text.append(0x0D)
            case 0x74: text.append(0x09)
            case 0x75:
                guard var code = hexadecimal(bytes, index, value.end) else {
                    throw JSONError(
                        message: "four hexadecimal digits are expected",
                        offset: place
                    )
                }
                index += 4
                if code & 0xFC00 == 0xD800, index + 1 < value.end, bytes[index] == 0x5C,
                    bytes[index + 1] == 0x75,
                    let low = hexadecimal(bytes, index + 2, value.end), low & 0xFC00 == 0xDC00
                {
                    code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
                    index += 6
                }
                guard let scalar = Unicode.Scalar(code) else {
                    throw JSONError(message: "half of a character is escaped", offset: place)
                }
                text.append(contentsOf: String(Character(scalar)).utf8)
            default:
                throw JSONError(message: "there is no such escape", offset: place)
            }
        }
        return text
    }

    private static func hexadecimal(
        _ bytes: UnsafeRawBufferPointer,
        _ start: Int,
        _ end: Int
    ) -> UInt32? {
        guard start + 4 <= end else { return nil }
        var code: UInt32 = 0
        for index in start..<start + 4 {
            let digit: UInt8
            switch bytes[index] {
            case 0x30...0x39: digit = bytes[index] - 0x30
            case 0x41...0x46: digit = bytes[index] - 0x41 + 10
            case 0x61...0x66: digit = bytes[index] - 0x61 + 10
            default: return nil
            }
            code = code << 4 | UInt32(digit)
        }
        return code
    }
}

/// A UTF-8 character of two or more bytes (RFC 3629, section 4).
enum UTF8Character {
    /// Returns the number of bytes of the character at an index; 0 if there is no valid one.
    static func byteCount(in bytes: UnsafeRawBufferPointer, at index: Int) -> Int {
        // The second byte alone identifies overlong forms, surrogates, and values that are too
        // large.
        let (count, second): (Int, ClosedRange<UInt8>)
        switch bytes[index] {
        case 0xC2...0xDF: (count, second) = (2, 0x80...0xBF)
        case 0xE0: (count, second) = (3, 0xA0...0xBF)
        case 0xED: (count, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (count, second) = (3, 0x80...0xBF)
        case 0xF0: (count, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (count, second) = (4, 0x80...0xBF)
        case 0xF4: (count, second) = (4, 0x80...0x8F)
        default: return 0
        }
        guard index &+ count <= bytes.count, second ~= bytes[index &+ 1] else { return 0 }
        for other in index &+ 2..<index &+ count where bytes[other] & 0xC0 != 0x80 { return 0 }
        return count
    }
}
