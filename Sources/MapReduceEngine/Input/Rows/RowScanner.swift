internal import CIntrinsics
internal import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// The place of a field in its row, as `RowScanner` finds it.
package struct RowField: Sendable {
    /// The range of the field's bytes without its quotes, from the start of the row.
    package var start: UInt32
    package var end: UInt32
    package var isQuoted: Bool
    /// Whether the field contains doubled quotes.
    package var hasDoubledQuotes: Bool
}

/// The problem with a row.
package struct RowProblem: Sendable {
    package enum Kind: Sendable {
        /// A field begins with a quote, but no quote ends it.
        case quoteNotClosed
        /// Something other than a separator follows the quote that ends a field.
        case textBehindQuote
        /// A field that does not begin with a quote contains one, which a strict syntax rejects.
        case quoteInField
    }
    package var kind: Kind
    /// The offset of the problem in the row.
    package var offset: Int
}

/// Finds the end of a row and its fields, according to RFC 4180.
///
/// A quote opens a field only as its first byte; inside the field, a quote is doubled, and
/// separators and line ends are text. Elsewhere in a field a quote is text. LF, CRLF, or a lone CR
/// ends a row; if the LF of a CRLF is not there yet, that LF becomes an empty line. A row that
/// breaks these rules still ends where they say, and has a problem.
struct RowScanner: ~Copyable {
    private let separator: UInt8
    private let quote: UInt8
    private let isStrict: Bool
    private(set) var fields: UnsafeMutableBufferPointer<RowField>
    private(set) var fieldCount = 0
    private(set) var problem: RowProblem?
    /// The number of bytes of the row, without its line end.
    private(set) var rowByteCount = 0

    init(_ syntax: RowSyntax) {
        separator = syntax.separator
        quote = syntax.quote ?? syntax.separator
        isStrict = syntax.isStrict
        fields = .allocate(capacity: 64)
    }

    deinit { fields.deallocate() }

    /// Scans a row from its start.
    ///
    /// `bytes`: must be followed by 64 more bytes that can be loaded.
    ///
    /// `isAll`: whether the text ends with these bytes.
    /// - Returns: the number of bytes of the row with its line end; nil if more bytes are needed.
    @inline(__always)
    mutating func scan(_ bytes: UnsafeRawBufferPointer, isAll: Bool) -> Int? {
        fieldCount = 0
        problem = nil
        guard let base = bytes.baseAddress else { return isAll ? 0 : nil }
        var fieldStart = 0
        var offset = 0
        while offset < bytes.count {
            var mask = intrinsics_matches4(base + offset, separator, 0x0A, 0x0D, quote)
            let left = bytes.count &- offset
            if left < 64 { mask &= (1 &<< UInt64(truncatingIfNeeded: left)) &- 1 }
            let block = offset
            offset = block &+ 64
            while mask != 0 {
                let index = block &+ mask.trailingZeroBitCount
                mask &= mask &- 1
                let byte = base.load(fromByteOffset: index, as: UInt8.self)
                if byte == separator {
                    add(fieldStart, index)
                    fieldStart = index &+ 1
                } else if byte != quote {
                    add(fieldStart, index)
                    return endRow(base, index, bytes.count)
                } else if index == fieldStart {
                    switch endOfQuoted(base, from: index &+ 1, bytes.count, isAll: isAll) {
                    case .unknown: return nil
                    case .row(let count): return count
                    case .next(let next, let start): (offset, fieldStart) = (next, start)
                    }
                    mask = 0
                } else if isStrict {
                    note(.quoteInField, index)
                }
            }
        }
        guard isAll else { return nil }
        add(fieldStart, bytes.count)
        rowByteCount = bytes.count
        return bytes.count
    }

    /// What comes after a quoted field.
    private enum Continuation {
        /// More bytes are needed to decide.
        case unknown
        /// The end of the row; the value is its number of bytes with its line end.
        case row(Int)
        /// Another field, or more of this one, from here on.
        case next(Int, fieldStart: Int)
    }

    /// Adds the field whose first byte comes after its opening quote.
    private mutating func endOfQuoted(
        _ base: UnsafeRawPointer,
        from start: Int,
        _ count: Int,
        isAll: Bool
    ) -> Continuation {
        var hasDoubledQuotes = false
        var index = start
        while true {
            guard index < count, let found = memchr(base + index, Int32(quote), count - index)
            else {
                guard isAll else { return .unknown }
                note(.quoteNotClosed, max(start - 1, 0))
                addQuoted(start, count, hasDoubledQuotes)
                rowByteCount = count
                return .row(count)
            }
            let end = UnsafeRawPointer(found) - base
            index = end + 1
            guard index < count else {
                guard isAll else { return .unknown }
                addQuoted(start, end, hasDoubledQuotes)
                rowByteCount = count
                return .row(count)
            }
            switch base.load(fromByteOffset: index, as: UInt8.self) {
            case quote:
                hasDoubledQuotes = true
                index += 1
                continue
            case separator:
                addQuoted(start, end, hasDoubledQuotes)
                return .next(index + 1, fieldStart: index + 1)
            case 0x0A, 0x0D:
                addQuoted(start, end, hasDoubledQuotes)
                return .row(endRow(base, index, count))
            default:
                note(.textBehindQuote, index)
                // The rest is text up to the next separator: not the start of a field.
                return .next(index, fieldStart: -1)
            }
        }
    }

    private mutating func note(_ kind: RowProblem.Kind, _ offset: Int) {
        if problem == nil { problem = RowProblem(kind: kind, offset: offset) }
    }

    /// Ends the row at the LF or CR at the index.
    @inline(__always)
    private mutating func endRow(_ base: UnsafeRawPointer, _ index: Int, _ count: Int) -> Int {
        rowByteCount = index
        let isCRLF =
            index &+ 1 < count && base.load(fromByteOffset: index, as: UInt8.self) == 0x0D
            && base.load(fromByteOffset: index &+ 1, as: UInt8.self) == 0x0A
        return index &+ (isCRLF ? 2 : 1)
    }

    @inline(__always)
    private mutating func add(_ start: Int, _ end: Int) {
        append(
            RowField(
                start: UInt32(truncatingIfNeeded: max(start, 0)),
                end: UInt32(truncatingIfNeeded: end),
                isQuoted: false,
                hasDoubledQuotes: false
            )
        )
    }

    private mutating func addQuoted(_ start: Int, _ end: Int, _ hasDoubledQuotes: Bool) {
        append(
            RowField(
                start: UInt32(truncatingIfNeeded: start),
                end: UInt32(truncatingIfNeeded: end),
                isQuoted: true,
                hasDoubledQuotes: hasDoubledQuotes
            )
        )
    }

    @inline(__always)
    private mutating func append(_ field: RowField) {
        if fieldCount == fields.count { grow() }
        fields[fieldCount] = field
        fieldCount &+= 1
    }

    private mutating func grow() {
        let larger = UnsafeMutableBufferPointer<RowField>.allocate(capacity: fields.count * 2)
        _ = larger.initialize(from: fields)
        fields.deallocate()
        fields = larger
    }
}
