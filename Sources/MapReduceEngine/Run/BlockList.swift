internal import MapReduceModel

/// The blocks of a segment, in order: where each one begins and its first key.
///
/// The list lets a reader begin in the middle, and shows how keys are distributed without reading
/// them.
package struct BlockList: Sendable {
    /// One block of pairs.
    package struct Block: Sendable {
        /// The key of its first pair.
        package var firstKey: [UInt8]
        /// Where it begins, in bytes from the start of the segment.
        package var offset: Int
        /// The number of its bytes, header included.
        package var byteCount: Int
        package var pairCount: Int

        package init(firstKey: [UInt8], offset: Int, byteCount: Int, pairCount: Int) {
            self.firstKey = firstKey
            self.offset = offset
            self.byteCount = byteCount
            self.pairCount = pairCount
        }
    }

    package private(set) var blocks: [Block] = []

    package init() {}

    package mutating func add(_ block: Block) { blocks.append(block) }

    /// Returns where a nonempty range of adjacent blocks is in the segment.
    package func bytes(of range: Range<Int>) -> Range<Int> {
        let last = blocks[range.upperBound - 1]
        return blocks[range.lowerBound].offset..<last.offset + last.byteCount
    }

    /// The list as the body of a block: for each block, the byte count, pair count, and key length
    /// as varints, then the key.
    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        for block in blocks {
            append(block.byteCount, to: &bytes)
            append(block.pairCount, to: &bytes)
            append(block.firstKey.count, to: &bytes)
            bytes += block.firstKey
        }
        return bytes
    }

    private func append(_ value: Int, to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(byteCount: Varint.maxByteCount, alignment: 1) { buffer in
            guard let base = buffer.baseAddress else { return }
            let count = Varint.write(value, to: base)
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// Reads the list of a segment; an empty segment has none.
    /// - Throws: `EngineError` of kind `fetchFailed` if the list is missing or damaged.
    package init(of run: RunReader, partition: Int) throws {
        if run.segments.indices.contains(partition), run.segments[partition].byteCount == 0 {
            return
        }
        guard run.segments.indices.contains(partition),
            run.segments[partition].listByteCount > 0
        else {
            throw RunReader.corrupt(run.path, at: 0, "it has no list of its blocks")
        }
        let segment = run.segments[partition]
        let header = try Self.header(run, of: segment)
        let start = segment.offset + segment.pairsByteCount
        var body = [UInt8](
            repeating: 0,
            count: segment.listByteCount - RunFormat.blockHeaderByteCount
        )
        let count = try body.withUnsafeMutableBytes {
            try run.file.read(into: $0, at: start + RunFormat.blockHeaderByteCount)
        }
        let isWhole = try header.withUnsafeBytes { header in
            try body.withUnsafeBytes { body in
                let isWhole =
                    count == body.count && header.little32(at: 0) == UInt32(body.count)
                    && header.little32(at: 4) == UInt32(body.count)
                    && header.little32(at: 8) == RunFormat.codecBlockList
                    && header.little32(at: 12) == Checksum.of(body)
                if isWhole { try read(body, of: segment, in: run) }
                return isWhole
            }
        }
        guard isWhole else {
            throw RunReader.corrupt(run.path, at: start, "the list of its blocks is damaged")
        }
    }

    private mutating func read(
        _ bytes: UnsafeRawBufferPointer,
        of segment: SegmentIndex,
        in run: RunReader
    ) throws {
        var position = 0
        var offset = 0
        while position < bytes.count {
            guard let byteCount = Varint.read(bytes, at: &position),
                let pairCount = Varint.read(bytes, at: &position),
                let keyCount = Varint.read(bytes, at: &position),
                keyCount <= bytes.count - position,
                byteCount <= segment.pairsByteCount - offset
            else { break }
            add(
                Block(
                    firstKey: Array(bytes[position..<position + keyCount]),
                    offset: offset,
                    byteCount: byteCount,
                    pairCount: pairCount
                )
            )
            position += keyCount
            offset += byteCount
        }
        guard position == bytes.count, offset == segment.pairsByteCount else {
            throw RunReader.corrupt(run.path, at: segment.offset, "its blocks are not those listed")
        }
    }

    /// Returns the header of the list, which the segment's checksum covers.
    static func header(_ run: RunReader, of segment: SegmentIndex) throws -> [UInt8] {
        let start = segment.offset + segment.pairsByteCount
        var header = [UInt8](repeating: 0, count: RunFormat.blockHeaderByteCount)
        guard segment.listByteCount > header.count,
            try header.withUnsafeMutableBytes({ try run.file.read(into: $0, at: start) })
                == header.count
        else { throw RunReader.corrupt(run.path, at: start, "the list of its blocks is cut") }
        return header
    }
}

extension Checksum {
    mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }
}
