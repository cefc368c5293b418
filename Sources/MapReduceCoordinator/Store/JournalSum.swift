internal import Crypto
internal import GRDB

/// A checksum of a set of rows: the sum of the SHA-256 of each row, in four parts of 64 bits.
///
/// It is a sum and not a chain because rows are also replaced and removed; a sum needs to read only
/// the removed rows. The order of the rows is part of the rows themselves: entries have numbers.
///
/// Source: incremental hashing of sets (Bellare and Micciancio 1997).
struct JournalSum: Hashable, Sendable {
    private var parts = SIMD4<UInt64>()

    mutating func add(_ table: JournalTable, _ values: some Sequence<DatabaseValue>) {
        parts &+= Self.hash(table, values)
    }

    mutating func remove(_ table: JournalTable, _ values: some Sequence<DatabaseValue>) {
        parts &-= Self.hash(table, values)
    }

    /// The parts as bytes, little-endian.
    var bytes: [UInt8] {
        withUnsafeBytes(
            of: SIMD4(
                parts.x.littleEndian,
                parts.y.littleEndian,
                parts.z.littleEndian,
                parts.w.littleEndian
            )
        ) { Array($0) }
    }

    init() {}

    /// Reads a checksum; nil if the number of bytes is not that of one.
    init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        for index in 0..<4 {
            parts[index] = bytes[(8 * index)..<(8 * index + 8)].reversed()
                .reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    private static func hash(
        _ table: JournalTable,
        _ values: some Sequence<DatabaseValue>
    ) -> SIMD4<UInt64> {
        var text = JournalRowBytes(table)
        for value in values { text.append(value) }
        return SHA256.hash(data: text.bytes).withUnsafeBytes { digest in
            var parts = SIMD4<UInt64>()
            for index in 0..<4 {
                parts[index] = UInt64(
                    littleEndian: digest.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)
                )
            }
            return parts
        }
    }
}

/// The bytes of a row that are hashed: no two rows have the same bytes.
private struct JournalRowBytes {
    private(set) var bytes: [UInt8]

    init(_ table: JournalTable) {
        bytes = Array(table.rawValue.utf8) + [0]
        bytes.reserveCapacity(512)
    }

    /// Appends the kind of a value, its length if that varies, and its bytes.
    mutating func append(_ value: DatabaseValue) {
        switch value.storage {
        case .null: bytes.append(0)
        case .int64(let number): append(1, UInt64(bitPattern: number))
        case .double(let number): append(2, number.bitPattern)
        case .string(let text):
            append(3, UInt64(text.utf8.count))
            bytes += text.utf8
        case .blob(let data):
            append(4, UInt64(data.count))
            bytes += data
        }
    }

    private mutating func append(_ kind: UInt8, _ number: UInt64) {
        bytes.append(kind)
        withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
    }
}
