#if Zstd
import CZstd
import MapReduceEngine
import MapReduceModel

/// Zstd files, read line by line; only where the package's trait `Zstd` is on.
struct ZstdTarget: FuzzTarget {
    let name = "zstd"
    let mutation = Mutation.bytes

    /// A block that repeats one byte has four bytes, and at most 128 KiB of text.
    private static let mostTextPerByte = 32 << 10

    func seeds() throws -> [[UInt8]] {
        let text = Array("first line\r\nsecond\n\nthe third line, which is longer\nno end".utf8)
        let one = try Self.compress(text)
        let empty: [UInt8] = [0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2]
        return [
            one, try Self.compress([]), empty + one, one + one + empty,
            try Self.compress([UInt8](repeating: 0x61, count: 3000) + text),
        ]
    }

    func check(_ bytes: [UInt8]) throws -> Bool {
        let file = try MemoryFile()
        try file.set(bytes)
        var piece = try InputFiles.inspect(file.path).wholePiece
        piece.compression = .zstd
        do {
            let reader = try LineReader(piece)
            var size = 0
            while let line = try reader.next() {
                try require(reader.recordOffset <= 2 * size, "a line begins behind its end")
                size += line.count + 1
                try require(
                    size <= bytes.count * Self.mostTextPerByte,
                    "there is more text than can be in \(bytes.count) bytes"
                )
            }
            return true
        } catch let error as EngineError {
            try require(error.kind == .badInput, "a damaged file is \(error.kind): \(error)")
            return false
        }
    }

    private static func compress(_ text: [UInt8]) throws -> [UInt8] {
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(text.count))
        let context = ZSTD_createCCtx()
        defer { ZSTD_freeCCtx(context) }
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
        let count = ZSTD_compress2(context, &output, output.count, text, text.count)
        try require(ZSTD_isError(count) == 0, "a seed is not compressed")
        return Array(output[..<count])
    }
}
#endif
