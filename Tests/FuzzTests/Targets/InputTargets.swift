import CZlib
import MapReduceEngine
import MapReduceModel

/// Gzip files, read line by line.
struct GzipTarget: FuzzTarget {
    let name = "gzip"
    let mutation = Mutation.bytes

    /// What deflate can make of a byte, and what is around it.
    private static let mostTextPerByte = 1100

    func seeds() throws -> [[UInt8]] {
        let text = Array("first line\r\nsecond\n\nthe third line, which is longer\nno end".utf8)
        let repeated = [UInt8](repeating: 0x61, count: 3000) + text
        let one = try Self.gzip(text)
        return [
            one, try Self.gzip([]), try Self.gzip(repeated),
            one + (try Self.gzip(text)) + (try Self.gzip([])),
            one + [0, 0, 0], text,
        ]
    }

    func check(_ bytes: [UInt8]) throws -> Bool {
        let file = try MemoryFile()
        try file.set(bytes)
        let planned = try InputFiles.inspect(file.path)
        var piece = PlannedFile(
            path: file.path,
            compression: .gzip,
            signature: planned.signature
        ).wholePiece
        piece.compression = .gzip
        do {
            let reader = try LineReader(piece)
            var count = 0
            var size = 0
            while let line = try reader.next() {
                count += 1
                size += line.count
                try require(
                    size + count <= bytes.count * Self.mostTextPerByte,
                    "there is more text than can be in \(bytes.count) bytes"
                )
                try require(reader.recordOffset <= size + 2 * count, "a line begins behind its end")
            }
            return true
        } catch let error as EngineError {
            try require(error.kind == .badInput, "a damaged file is \(error.kind): \(error)")
            return false
        }
    }

    static func gzip(_ text: [UInt8]) throws -> [UInt8] {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        let level = Z_DEFAULT_COMPRESSION
        try require(
            deflateInit2_(
                &stream,
                level,
                Z_DEFLATED,
                15 + 16,
                8,
                Z_DEFAULT_STRATEGY,
                ZLIB_VERSION,
                size
            ) == Z_OK,
            "zlib cannot start"
        )
        defer { deflateEnd(&stream) }
        var text = text
        var output = [UInt8](repeating: 0, count: text.count + 100)
        let count = text.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                let code = deflate(&stream, Z_FINISH)
                return code == Z_STREAM_END ? output.count - Int(stream.avail_out) : 0
            }
        }
        try require(count > 0, "a seed is not compressed")
        return Array(output[..<count])
    }
}

/// Text files, cut wherever the first two numbers of the input say.
struct LineTarget: FuzzTarget {
    let name = "lines"
    let mutation = Mutation.bytes

    func seeds() -> [[UInt8]] {
        let text = Array("first line\r\nsecond\n\n\r\r\nthe third line\nno end".utf8)
        return [(0, 10), (5, 20), (12, 1), (0, text.count), (.max, 1), (-1, 5)].map {
            bytes(of: $0.0) + bytes(of: $0.1) + text
        }
    }

    func check(_ input: [UInt8]) throws -> Bool {
        var supply = ByteSupply(input)
        let (first, second) = (supply.integer(), supply.integer())
        let text = Array(supply.rest)
        let file = try MemoryFile()
        try file.set(text)
        let signature = try InputFiles.inspect(file.path).signature
        // A piece as it is said to be, which may be anything.
        var piece = FilePiece(
            path: file.path,
            offset: first,
            byteCount: second,
            compression: .none,
            signature: signature
        )
        let isAccepted: Bool
        do {
            let lines = try read(piece)
            try require(lines.count <= text.count, "there are more lines than bytes")
            isAccepted = true
        } catch let error as EngineError {
            try require(error.kind == .badInput, "a piece that cannot be is \(error.kind)")
            isAccepted = false
        }
        // Two borders within the text: three pieces, which have each line once.
        let count = UInt(text.count + 1)
        let borders = [
            0, Int(first.magnitude % count), Int(second.magnitude % count), text.count,
        ].sorted()
        var found: [[UInt8]] = []
        for (start, end) in zip(borders, borders.dropFirst()) {
            piece.offset = start
            piece.byteCount = end - start
            found += try read(piece)
        }
        try require(found == lines(of: text), "cut at \(borders), there are other lines")
        return isAccepted
    }

    private func read(_ piece: FilePiece) throws -> [[UInt8]] {
        let reader = try LineReader(piece)
        var lines: [[UInt8]] = []
        while let line = try reader.next() { lines.append(Array(line)) }
        return lines
    }

    private func lines(of text: [UInt8]) -> [[UInt8]] {
        var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
        // Behind the last line feed there is a line only if it has bytes.
        let last = lines.removeLast()
        lines = lines.map { $0.last == 0x0D ? $0.dropLast() : $0 }
        return last.isEmpty ? lines : lines + [last]
    }
}
