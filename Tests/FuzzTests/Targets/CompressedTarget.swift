#if Bzip2 || Xz
import MapReduceEngine
import MapReduceModel

/// Files of a compression that a library reads, read line by line.
struct CompressedTarget: FuzzTarget {
    let name: String
    let mutation = Mutation.bytes
    let compression: Compression
    /// Text in lines, compressed.
    let streams: [[UInt8]]
    let mostTextPerByte: Int

    func seeds() -> [[UInt8]] { streams + [streams[0] + streams[1] + streams[0]] }

    func check(_ bytes: [UInt8]) throws -> Bool {
        let file = try MemoryFile()
        try file.set(bytes)
        var piece = try InputFiles.inspect(file.path).wholePiece
        piece.compression = compression
        do {
            let reader = try LineReader(piece)
            var size = 0
            while let line = try reader.next() {
                try require(reader.recordOffset <= 2 * size, "a line begins behind its end")
                size += line.count + 1
                try require(
                    size <= bytes.count * mostTextPerByte,
                    "there is more text than can be in \(bytes.count) bytes"
                )
            }
            return true
        } catch let error as EngineError {
            try require(error.kind == .badInput, "a damaged file is \(error.kind): \(error)")
            return false
        }
    }

    fileprivate static let texts = [
        "first line\r\nsecond\n\nthe third line, which is longer\nno end", "",
        String(repeating: "a", count: 3000) + "\n",
    ].map { Array($0.utf8) }
}
#endif

#if Bzip2
import CBzip2

extension CompressedTarget {
    /// A block has 46 bytes or more, and at most 45 MiB of text.
    static let bzip2 = CompressedTarget(
        name: "bzip2",
        compression: .bzip2,
        streams: texts.map { text in
            var text = text.map { CChar(bitPattern: $0) }
            var output = [CChar](repeating: 0, count: text.count * 2 + 600)
            var count = UInt32(output.count)
            let size = UInt32(text.count)
            let code = BZ2_bzBuffToBuffCompress(&output, &count, &text, size, 1, 0, 0)
            precondition(code == BZ_OK, "a seed is compressed")
            return output[..<Int(count)].map { UInt8(bitPattern: $0) }
        },
        mostTextPerByte: 1 << 20
    )
}
#endif

#if Xz
import CLzma

extension CompressedTarget {
    /// A chunk has 6 bytes or more, and at most 2 MiB of text.
    static let xz = CompressedTarget(
        name: "xz",
        compression: .xz,
        streams: texts.map { text in
            var output = [UInt8](repeating: 0, count: lzma_stream_buffer_bound(text.count))
            var count = 0
            let code = lzma_easy_buffer_encode(
                0,
                LZMA_CHECK_CRC32,
                nil,
                text,
                text.count,
                &output,
                &count,
                output.count
            )
            precondition(code == LZMA_OK, "a seed is compressed")
            return Array(output[..<count])
        },
        mostTextPerByte: 1 << 19
    )
}
#endif
