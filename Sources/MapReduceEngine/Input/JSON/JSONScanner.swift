#if canImport(Glibc)
internal import Glibc
#endif

/// The problem with a text that is not a JSON value, and its offset.
package struct JSONError: Error {
    package let message: String
    package let offset: Int
}

/// A value of an object, as it appears in the text.
package struct JSONValue {
    package enum Kind {
        case string
        case number
        case object
        case array
        case `true`
        case `false`
        case null
    }
    package var kind: Kind
    /// The range of the value's bytes; for a string, those between its quotes.
    package var start: Int
    package var end: Int
    /// Whether a string has escapes.
    var hasEscapes = false
}

/// Goes through a JSON text once, without a tree, and checks all of it against the grammar of
/// RFC 8259.
///
/// The text is UTF-8. Two things that the grammar allows are left to the reader of a value: half of
/// a surrogate pair in an escape, and numbers that are too large.
///
/// The text must be followed by 64 bytes that can be loaded.
package struct JSONScanner {
    let bytes: UnsafeRawBufferPointer
    var offset = 0

    package init(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0) {
        self.bytes = bytes
        self.offset = offset
    }

    /// Checks that a text is one value of any kind.
    /// - Throws: `JSONError`.
    package static func check(_ bytes: UnsafeRawBufferPointer) throws {
        var scanner = JSONScanner(bytes)
        scanner.skipSpace()
        _ = try scanner.value()
        try scanner.finish()
    }

    /// The next byte; at the end 0, which no valid text contains.
    @inline(__always)
    var byte: UInt8 { offset < bytes.count ? bytes[offset] : 0 }

    func problem(_ message: String) -> JSONError {
        JSONError(
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
    package mutating func forEachMember(
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
            let key = try name()
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

    /// Checks that only white space is left.
    package mutating func finish() throws {
        skipSpace()
        guard offset == bytes.count else { throw problem("something follows the value") }
    }

    /// Moves past the name of a member and its colon, to the member's value.
    @inline(__always)
    private mutating func name() throws -> JSONValue {
        guard byte == 0x22 else { throw problem("a name in quotes is expected") }
        let name = try string()
        skipSpace()
        guard byte == 0x3A else { throw problem("a colon is expected") }
        offset &+= 1
        skipSpace()
        return name
    }

    private mutating func value() throws -> JSONValue {
        switch byte {
        case 0x7B: try container(.object)
        case 0x5B: try container(.array)
        default: try scalar()
        }
    }

    /// Moves past a value that contains no other values.
    @inline(__always)
    private mutating func scalar() throws -> JSONValue {
        switch byte {
        case 0x22: try string()
        case 0x74: try word("true", .true)
        case 0x66: try word("false", .false)
        case 0x6E: try word("null", .null)
        default: try number()
        }
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

    /// Moves past an object or array and everything in it.
    private mutating func container(_ kind: JSONValue.Kind) throws -> JSONValue {
        let start = offset
        var nesting = JSONNesting()
        while true {
            // A value is next.
            if byte == 0x7B || byte == 0x5B {
                guard nesting.depth < EngineLimits.maxJSONDepth else {
                    throw problem(
                        "there are more than \(EngineLimits.maxJSONDepth) brackets within brackets"
                    )
                }
                nesting.push(isObject: byte == 0x7B)
                offset &+= 1
                skipSpace()
                if byte != nesting.closer {
                    if nesting.isObject { _ = try name() }
                    continue
                }
            } else {
                _ = try scalar()
                skipSpace()
            }
            while byte == nesting.closer {
                offset &+= 1
                nesting.pop()
                if nesting.depth == 0 { return JSONValue(kind: kind, start: start, end: offset) }
                skipSpace()
            }
            guard byte == 0x2C else {
                throw problem("a comma or a \(nesting.isObject ? "brace" : "bracket") is expected")
            }
            offset &+= 1
            skipSpace()
            if nesting.isObject { _ = try name() }
        }
    }
}

/// Records which of the brackets around a place belong to objects: one bit each, without allocating
/// memory up to a depth of 64.
private struct JSONNesting {
    private(set) var depth = 0
    /// The innermost brackets, with the innermost one in the lowest bit.
    private var inner: UInt64 = 0
    /// The brackets around those, 64 each.
    private var outer: [UInt64] = []

    var isObject: Bool { inner & 1 == 1 }
    var closer: UInt8 { isObject ? 0x7D : 0x5D }

    mutating func push(isObject: Bool) {
        if depth & 63 == 0, depth > 0 {
            outer.append(inner)
            inner = 0
        }
        inner = inner &<< 1 | (isObject ? 1 : 0)
        depth &+= 1
    }

    mutating func pop() {
        depth &-= 1
        inner &>>= 1
        if depth & 63 == 0, let next = outer.popLast() { inner = next }
    }
}
