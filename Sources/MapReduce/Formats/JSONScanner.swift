internal import CIntrinsics
internal import MapReduceEngine

#if canImport(Glibc)
internal import Glibc
#endif

/// What is wrong with a text that is no JSON object, and where.
struct JSONProblem: Error {
    let message: String
    let offset: Int
}

/// A value of an object, as it stands in the text.
struct JSONValue {
    enum Kind {
        case string
        case number
        case object
        case array
        case yes
        case no
        case null
    }
    var kind: Kind
    /// The value's bytes; of a string those between its quotes.
    var start: Int
    var end: Int
    /// Whether a string has escapes.
    var hasEscapes = false
}

/// Goes through a JSON object once, without a tree and without memory of its own.
///
/// The text has 64 bytes behind it that can be loaded.
struct JSONScanner {
    let bytes: UnsafeRawBufferPointer
    var offset = 0

    init(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0) {
        self.bytes = bytes
        self.offset = offset
    }

    @inline(__always)
    private var byte: UInt8 { offset < bytes.count ? bytes[offset] : 0 }

    func problem(_ message: String) -> JSONProblem {
        JSONProblem(
            message: offset < bytes.count ? message : "\(message), and the line ends",
            offset: min(offset, bytes.count)
        )
    }

    @inline(__always)
    mutating func skipSpace() {
        while offset < bytes.count {
            let byte = bytes[offset]
            guard byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A else { return }
            offset &+= 1
        }
    }

    /// Goes through the members of an object whose brace is next.
    @inline(__always)
    mutating func forEachMember(
        _ body: (_ key: JSONValue, _ value: JSONValue) throws -> Void
    ) throws {
        skipSpace()
        guard byte == 0x7B else { throw problem("an object is expected") }
        offset &+= 1
        skipSpace()
        if byte == 0x7D {
            offset &+= 1
            return
        }
        while true {
            guard byte == 0x22 else { throw problem("a name in quotes is expected") }
            let key = try string()
            skipSpace()
            guard byte == 0x3A else { throw problem("a colon is expected") }
            offset &+= 1
            skipSpace()
            try body(key, try value())
            skipSpace()
            if byte == 0x7D {
                offset &+= 1
                return
            }
            guard byte == 0x2C else { throw problem("a comma or a brace is expected") }
            offset &+= 1
            skipSpace()
        }
    }

    /// Checks that nothing but white space is left.
    mutating func finish() throws {
        skipSpace()
        guard offset == bytes.count else { throw problem("something follows the object") }
    }

    mutating func value() throws -> JSONValue {
        switch byte {
        case 0x22: return try string()
        case 0x7B: return try container(.object)
        case 0x5B: return try container(.array)
        case 0x74: return try word("true", .yes)
        case 0x66: return try word("false", .no)
        case 0x6E: return try word("null", .null)
        default: return try number()
        }
    }

    @inline(__always)
    private mutating func string() throws -> JSONValue {
        let start = offset &+ 1
        guard let base = bytes.baseAddress else { throw problem("a string is expected") }
        offset = start
        var hasEscapes = false
        while offset < bytes.count {
            var mask = intrinsics_matches(base + offset, 0x22, 0x5C, 0x22)
            let left = bytes.count &- offset
            if left < 64 { mask &= (1 &<< UInt64(truncatingIfNeeded: left)) &- 1 }
            guard mask != 0 else {
                offset &+= 64
                continue
            }
            offset &+= mask.trailingZeroBitCount
            if bytes[offset] == 0x22 {
                let end = offset
                offset &+= 1
                return JSONValue(kind: .string, start: start, end: end, hasEscapes: hasEscapes)
            }
            hasEscapes = true
            offset &+= 2
        }
        offset = bytes.count
        throw problem("a string is not closed")
    }

    private mutating func word(_ text: StaticString, _ kind: JSONValue.Kind) throws -> JSONValue {
        let start = offset
        let end = start + text.utf8CodeUnitCount
        guard end <= bytes.count, let base = bytes.baseAddress,
            memcmp(text.utf8Start, base + start, end - start) == 0
        else { throw problem("a value is expected") }
        offset = end
        return JSONValue(kind: kind, start: start, end: end)
    }

    /// -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?
    private mutating func number() throws -> JSONValue {
        let start = offset
        if byte == 0x2D { offset &+= 1 }
        if byte == 0x30 { offset &+= 1 } else { try digits() }
        if byte == 0x2E {
            offset &+= 1
            try digits()
        }
        if byte | 0x20 == 0x65 {
            offset &+= 1
            if byte == 0x2B || byte == 0x2D { offset &+= 1 }
            try digits()
        }
        return JSONValue(kind: .number, start: start, end: offset)
    }

    @inline(__always)
    private mutating func digits() throws {
        let start = offset
        while byte >= 0x30, byte <= 0x39 { offset &+= 1 }
        guard offset > start else {
            throw problem("a value is expected")
        }
    }

    /// Goes past an object or array: its brackets match, its strings are closed.
    private mutating func container(_ kind: JSONValue.Kind) throws -> JSONValue {
        let start = offset
        var closers: [UInt8] = []
        repeat {
            switch byte {
            case 0x22: _ = try string()
            case 0x7B, 0x5B:
                guard closers.count < EngineLimits.maxJSONDepth else {
                    throw problem(
                        "there are more than \(EngineLimits.maxJSONDepth) brackets within brackets"
                    )
                }
                closers.append(byte &+ 2)
                offset &+= 1
            case 0x7D, 0x5D:
                guard closers.popLast() == byte else { throw problem("the brackets do not match") }
                offset &+= 1
            default:
                guard offset < bytes.count else { throw problem("a bracket is not closed") }
                offset &+= 1
            }
        } while !closers.isEmpty
        return JSONValue(kind: kind, start: start, end: offset)
    }

    /// The text of a string's bytes, its escapes undone.
    ///
    /// - Throws: `JSONProblem` for an escape that there is not.
    static func unescape(
        _ bytes: UnsafeRawBufferPointer,
        _ value: JSONValue
    ) throws -> [UInt8] {
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
                    throw JSONProblem(
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
                    throw JSONProblem(message: "half of a character is escaped", offset: place)
                }
                text.append(contentsOf: String(Character(scalar)).utf8)
            default:
                throw JSONProblem(message: "there is no such escape", offset: place)
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
