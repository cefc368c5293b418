internal import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// Tells whether a place in the middle of a file of rows lies within quotes.
///
/// Runs of quotes that follow it prove it, if the file is well-formed. Outside, a run opens a
/// field: a separator or a line end must be before it; inside, a run of odd length closes one: a
/// separator or a line end must be behind it. `s` is one of these, or an end of the file, and `x`
/// is anything else:
///
///     run         before, behind   it was
///     odd   "     x"s   x"x        inside: it cannot open a field
///           "     s"x              outside: it cannot close one
///           "     s"s              either; it is the other one behind it
///     even  ""    x""s  s""x       inside: it is a quote of the text, doubled
///           ""    s""s             either, and the same behind it; outside at the end of the file
///
/// A record has at most `EngineLimits.maxRecordByteCount`: where no quote follows within so many
/// bytes, and at the end of the file, it is outside. If even that does not tell, the quotes before
/// the place are counted, from the start of the file.
enum QuoteState {
    /// What is known about a place.
    struct Finding {
        var isInside: Bool
        /// The place itself, or the end of the run of quotes in whose middle it is: no row begins
        /// between them.
        var offset: Int
        /// The byte before it.
        var previous: UInt8
    }

    /// Looks at a place behind the first byte of a file.
    ///
    /// `reach`: how far to look for evidence before quotes are counted.
    static func find(
        at offset: Int,
        of input: InputFile,
        path: String,
        syntax: RowSyntax,
        quote: UInt8,
        reach: Int
    ) throws -> Finding {
        var window = InputWindow(
            input.stored(from: offset - 1),
            path: path,
            offset: offset - 1,
            usualByteCount: 64 << 10
        )
        var previous = try next(&window) ?? 0
        if previous == quote {
            while try peek(&window) == quote { window.head += 1 }
        }
        let start = window.position
        let first = previous
        var isFlipped = false
        var lastQuote = start
        while window.position - start <= reach {
            guard try skip(to: quote, &window, &previous, limit: lastQuote + reach) else {
                return Finding(isInside: isFlipped, offset: start, previous: first)
            }
            var isOdd = false
            while try peek(&window) == quote {
                window.head += 1
                isOdd.toggle()
            }
            lastQuote = window.position
            let isBehindBorder = previous == syntax.separator || previous == 0x0A
            let isBeforeBorder = try isBorder(&window, syntax.separator)
            previous = quote
            if isOdd, isBehindBorder, isBeforeBorder {
                isFlipped.toggle()
            } else if isOdd {
                return Finding(
                    isInside: isFlipped != !isBehindBorder,
                    offset: start,
                    previous: first
                )
            } else if !(isBehindBorder && isBeforeBorder) {
                return Finding(isInside: !isFlipped, offset: start, previous: first)
            }
        }
        let isInside = try count(of: quote, before: start, of: input, path: path) % 2 == 1
        return Finding(isInside: isInside, offset: start, previous: first)
    }

    /// Moves to the next quote.
    /// - Returns: false if there is none in the file or before the limit.
    private static func skip(
        to quote: UInt8,
        _ window: inout InputWindow,
        _ previous: inout UInt8,
        limit: Int
    ) throws -> Bool {
        while true {
            try window.load(1)
            let bytes = window.bytes
            guard bytes.count > 0, window.position <= limit, let base = bytes.baseAddress else {
                return false
            }
            if let found = memchr(base, Int32(quote), bytes.count) {
                let count = UnsafeRawPointer(found) - base
                if count > 0 { previous = bytes[count - 1] }
                window.head += count
                return true
            }
            previous = bytes[bytes.count - 1]
            window.head += bytes.count
        }
    }

    /// Whether a separator, a line end or the end of the file is next.
    private static func isBorder(
        _ window: inout InputWindow,
        _ separator: UInt8
    ) throws -> Bool {
        try window.load(2)
        let bytes = window.bytes
        guard let byte = bytes.first else { return true }
        return byte == separator || byte == 0x0A
            || (byte == 0x0D && bytes.count > 1 && bytes[1] == 0x0A)
    }

    private static func peek(_ window: inout InputWindow) throws -> UInt8? {
        try window.load(1)
        return window.bytes.first
    }

    private static func next(_ window: inout InputWindow) throws -> UInt8? {
        let byte = try peek(&window)
        if byte != nil { window.head += 1 }
        return byte
    }

    private static func count(
        of quote: UInt8,
        before end: Int,
        of input: InputFile,
        path: String
    ) throws -> Int {
        var window = InputWindow(
            input.stored(from: 0),
            path: path,
            offset: 0,
            usualByteCount: EngineLimits.readByteCount
        )
        var count = 0
        while window.position < end {
            try window.load(1)
            let bytes = window.bytes.prefix(end - window.position)
            guard !bytes.isEmpty else { break }
            for byte in bytes where byte == quote { count += 1 }
            window.head += bytes.count
        }
        return count
    }
}
