internal import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// Limits for reading rows and for finding a row at a cut; tests make them small.
package struct RowLimits: Sendable {
    /// The longest row, in bytes.
    package var maxByteCount = EngineLimits.maxRecordByteCount
    /// How far before a cut the search for its quote state first starts.
    package var lookByteCount = EngineLimits.rowLookByteCount

    package init() {}
}

/// Finds the first row that begins at or after a cut of a file, well-formed or not.
///
/// A row ends only outside quotes, and whether a cut is within quotes depends on all bytes before
/// it. But a row reader has little state: after any byte other than a quote it is either within
/// quotes or outside. So two readers start before the cut, one in each state. One of them is right,
/// and quotes make them agree:
///
///     quotes   after           reader outside quotes          reader within quotes
///     odd      a border        moves within                   moves outside
///     odd      anything else   stays outside: they are data   moves outside; the readers agree
///     even     either          stays                          stays
///
/// A border is a separator, a line end, or the start of the file. The wrong reader may also meet a
/// row that is too long. If that reader is right after all, the row ends the job with an error in
/// the piece where it begins. If the readers still differ at the cut, they start again further
/// back, and finally at the start of the file, which is outside quotes.
struct RowCut: ~Copyable {
    private let separator: UInt8
    private let quote: UInt8?
    private let maxByteCount: Int
    private var window: InputWindow
    /// The byte before the window's position.
    private var previous: UInt8 = 0x0A
    /// Whether the position is within quotes; nil while the readers differ.
    private var isQuoted: Bool?
    /// Where each reader's current row begins, or a later place in that row: for the reader that is
    /// outside quotes now, and for the other one.
    private var outsideStart: Int
    private var quotedStart: Int

    /// `piece`: begins at the cut, which is after any byte order mark.
    ///
    /// - Returns: where the row begins; if no row begins in the piece, its end or a later place.
    static func firstRow(
        in piece: Range<Int>,
        of input: InputFile,
        path: String,
        syntax: RowSyntax,
        limits: RowLimits
    ) throws -> Int {
        let cut = piece.lowerBound
        var byteCount = syntax.quote == nil ? 1 : max(limits.lookByteCount, 1)
        while true {
            let isFarEnough = byteCount >= cut - byteOrderMark.count
            var search = try RowCut(
                from: isFarEnough ? 0 : cut - byteCount,
                to: cut,
                of: input,
                path: path,
                syntax: syntax,
                limits: limits
            )
            if try search.read(to: cut - 1) { return try search.endOfRow(before: piece.upperBound) }
            byteCount *= 16
        }
    }

    private init(
        from start: Int,
        to cut: Int,
        of input: InputFile,
        path: String,
        syntax: RowSyntax,
        limits: RowLimits
    ) throws {
        separator = syntax.separator
        quote = syntax.quote
        maxByteCount = limits.maxByteCount
        window = InputWindow(
            input.stored(from: start),
            path: path,
            offset: start,
            usualByteCount: cut - start + 4096
        )
        (outsideStart, quotedStart) = (start, start)
        if start == 0 || syntax.quote == nil { isQuoted = false }
        if start == 0 {
            try window.skipByteOrderMark()
        } else if let quote = syntax.quote {
            // Nothing is known about quotes here; the byte after them leaves two states.
            while try window.peek() == quote { window.head += 1 }
            if let byte = try window.peek() {
                previous = byte
                window.head += 1
            }
            // That byte may have ended a row: neither row is known to begin before the next byte.
            (outsideStart, quotedStart) = (window.position, window.position)
        }
    }

    /// Reads up to a place, or to the end of the sequence of quotes that contains it.
    /// - Returns: whether the readers agree there.
    private mutating func read(to place: Int) throws -> Bool {
        while window.position < place {
            try readText(to: place)
            if window.position < place, try !readQuotes() { break }
        }
        return isQuoted != nil
    }

    /// Reads to the first line end outside quotes or to the end of the piece.
    ///
    /// If the row is too long, the reader of the piece where it begins reports it.
    private mutating func endOfRow(before end: Int) throws -> Int {
        while window.position < end, let byte = try window.peek() {
            if byte == quote {
                _ = try readQuotes()
            } else if isQuoted == true {
                try readText(to: end)
            } else {
                previous = byte
                window.head += 1
                if byte == 0x0A || byte == 0x0D { break }
            }
        }
        return window.position
    }

    /// Reads up to the next quote or up to a place.
    private mutating func readText(to place: Int) throws {
        while window.position < place, try window.peek() != nil {
            let bytes = UnsafeRawBufferPointer(
                rebasing: window.bytes.prefix(place - window.position)
            )
            let count = quote.flatMap { bytes.offset(of: $0) } ?? bytes.count
            note(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            window.head += count
            if count < bytes.count { return }
        }
    }

    /// Updates the state for text without quotes that begins at the position.
    private mutating func note(_ text: UnsafeRawBufferPointer) {
        guard let last = text.last else { return }
        previous = last
        guard isQuoted == nil else { return }
        let end = window.position + text.count
        if text.offset(of: 0x0A) != nil || text.offset(of: 0x0D) != nil { outsideStart = end }
        if end - quotedStart > maxByteCount {
            isQuoted = false
        } else if end - outsideStart > maxByteCount {
            isQuoted = true
        }
    }

    /// Reads the quotes at the position.
    /// - Returns: false if there are none.
    private mutating func readQuotes() throws -> Bool {
        var count = 0
        while let byte = try window.peek(), byte == quote {
            window.head += 1
            count += 1
        }
        if count % 2 == 1 {
            let isBehindBorder = previous == separator || previous == 0x0A || previous == 0x0D
            switch isQuoted {
            case nil where isBehindBorder: swap(&outsideStart, &quotedStart)
            case nil, true?: isQuoted = false
            case false?: isQuoted = isBehindBorder
            }
        }
        if count > 0, let quote { previous = quote }
        return count > 0
    }
}

extension UnsafeRawBufferPointer {
    /// Returns the index of the first occurrence of a byte.
    fileprivate func offset(of byte: UInt8) -> Int? {
        guard let baseAddress, let found = memchr(baseAddress, Int32(byte), count) else {
            return nil
        }
        return UnsafeRawPointer(found) - baseAddress
    }
}
