package import MapReduceModel

/// A finished run, with its index verified.
package final class RunReader {
    package let path: String
    package let segments: [SegmentIndex]
    let file: OpenFile

    /// Opens a run and reads its index.
    /// - Throws: `EngineError` of kind `fetchFailed` when the file is not there, is not a run, or
    ///   its index does not match its checksum.
    package init(path: String) throws {
        self.path = path
        do {
            file = try OpenFile(reading: path)
        } catch let error as EngineError {
            throw EngineError(.fetchFailed, error.message, run: path)
        }
        segments = try Self.readIndex(file)
    }

    private static func readIndex(_ file: OpenFile) throws -> [SegmentIndex] {
        let size = try file.signature().byteCount
        let trailerCount = RunFormat.trailerByteCount
        guard size >= RunFormat.headerByteCount + trailerCount else {
            throw corrupt(file.path, at: 0, "it is too short")
        }
        let header = try read(file, at: 0, byteCount: RunFormat.headerByteCount)
        defer { header.deallocate() }
        guard header.little32(at: 0) == RunFormat.magic,
            header.little32(at: 4) == RunFormat.version
        else { throw corrupt(file.path, at: 0, "it does not begin as a run of this version") }
        let trailer = try read(file, at: size - trailerCount, byteCount: trailerCount)
        defer { trailer.deallocate() }
        guard trailer.little32(at: 12) == RunFormat.magic else {
            throw corrupt(file.path, at: size - 4, "it does not end in the magic number")
        }
        guard trailer.little32(at: 8) == RunFormat.version else {
            throw corrupt(
                file.path,
                at: size - 8,
                "its version is \(trailer.little32(at: 8)), and this is for \(RunFormat.version)"
            )
        }
        let count = Int(trailer.little32(at: 0))
        let indexCount = count * RunFormat.indexEntryByteCount
        let start = size - trailerCount - indexCount
        guard count >= 1, start >= RunFormat.headerByteCount else {
            throw corrupt(file.path, at: size - trailerCount, "\(count) partitions cannot be")
        }
        let index = try read(file, at: start, byteCount: indexCount)
        defer { index.deallocate() }
        guard Checksum.of(index) == trailer.little32(at: 4) else {
            throw corrupt(file.path, at: start, "its index does not match its checksum")
        }
        return try (0..<count).map { number in
            let entry = number * RunFormat.indexEntryByteCount
            guard let offset = Int(exactly: index.little64(at: entry)),
                let byteCount = Int(exactly: index.little64(at: entry + 8)),
                let pairCount = Int(exactly: index.little64(at: entry + 16)),
                offset <= start, byteCount <= start - offset
            else { throw corrupt(file.path, at: start + entry, "a segment is outside the file") }
            return SegmentIndex(
                offset: offset,
                byteCount: byteCount,
                pairs: PairChecksum(
                    count: pairCount,
                    hashSum: index.little64(at: entry + 24)
                ),
                checksum: index.little32(at: entry + 32)
            )
        }
    }

    private static func read(
        _ file: OpenFile,
        at offset: Int,
        byteCount: Int
    ) throws -> UnsafeRawBufferPointer {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
        do {
            guard try file.read(into: buffer, at: offset) == byteCount else {
                throw corrupt(file.path, at: offset, "it ends too soon")
            }
        } catch {
            buffer.deallocate()
            throw error
        }
        return UnsafeRawBufferPointer(buffer)
    }

    static func corrupt(_ path: String, at offset: Int, _ reason: String) -> EngineError {
        EngineError(
            .fetchFailed,
            "the run \(path) is damaged at byte \(offset): \(reason)",
            run: path
        )
    }
}

/// Steps through the pairs of one segment, in order.
///
/// Every block is verified before its first pair is seen, and the number of pairs and the
/// segment's checksum after the last.
package final class SegmentCursor: PairCursor {
    private let run: RunReader
    private let segment: SegmentIndex
    // One task's thread owns a cursor: checks of exclusive access would only cost time.
    @exclusivity(unchecked) private var offset: Int
    private var checksum = Checksum()
    @exclusivity(unchecked) private var pairsRead = 0
    /// What was read of the segment: `block[head..<tail]` begins at `offset`.
    @exclusivity(unchecked) private var block: UnsafeMutableRawBufferPointer
    @exclusivity(unchecked) private var head = 0
    @exclusivity(unchecked) private var tail = 0
    /// The pairs of the current block, of which those before `position` were seen.
    @exclusivity(unchecked) private var pairs = UnsafeRawBufferPointer(start: nil, count: 0)
    @exclusivity(unchecked) private var position = 0

    @exclusivity(unchecked) package private(set) var key = UnsafeRawBufferPointer(
        start: nil,
        count: 0
    )
    @exclusivity(unchecked) package private(set) var value = UnsafeRawBufferPointer(
        start: nil,
        count: 0
    )

    /// Stands before the first pair of a partition.
    package init(run: RunReader, partition: Int) throws {
        guard run.segments.indices.contains(partition) else {
            throw RunReader.corrupt(
                run.path,
                at: 0,
                "it has \(run.segments.count) partitions, and number \(partition) is asked for"
            )
        }
        self.run = run
        segment = run.segments[partition]
        offset = segment.offset
        block = .allocate(byteCount: min(EngineLimits.blockByteCount * 2, 1 << 17), alignment: 16)
    }

    deinit { block.deallocate() }

    /// The checksum that the pairs must have, by the index.
    package var expected: PairChecksum { segment.pairs }

    package func next() throws -> Bool {
        if position == pairs.count {
            guard offset < segment.offset + segment.byteCount else {
                try checkEnd()
                return false
            }
            try readBlock()
        }
        guard let keyCount = Varint.read(pairs, at: &position),
            let valueCount = Varint.read(pairs, at: &position),
            keyCount <= pairs.count - position,
            valueCount <= pairs.count - position - keyCount,
            let base = pairs.baseAddress
        else { throw corrupt("a pair does not fit its block") }
        key = UnsafeRawBufferPointer(start: base + position, count: keyCount)
        value = UnsafeRawBufferPointer(start: base + position + keyCount, count: valueCount)
        position += keyCount + valueCount
        pairsRead += 1
        return true
    }

    private func readBlock() throws {
        let headerCount = RunFormat.blockHeaderByteCount
        let rest = segment.offset + segment.byteCount - offset
        guard rest > headerCount else { throw corrupt("a block's header does not fit") }
        try load(headerCount, of: rest)
        let header = UnsafeRawBufferPointer(rebasing: block[head..<head + headerCount])
        let rawCount = Int(header.little32(at: 0))
        let storedCount = Int(header.little32(at: 4))
        guard header.little32(at: 8) == RunFormat.codecNone else {
            throw corrupt("its codec \(header.little32(at: 8)) is unknown")
        }
        guard rawCount == storedCount, rawCount > 0, storedCount <= rest - headerCount,
            storedCount <= EngineLimits.maxPairByteCount + 2 * Varint.maxByteCount
        else { throw corrupt("a block of \(storedCount) bytes cannot be") }
        let blockCount = headerCount + storedCount
        try load(blockCount, of: rest)
        let whole = UnsafeRawBufferPointer(rebasing: block[head..<head + blockCount])
        pairs = UnsafeRawBufferPointer(rebasing: whole[headerCount...])
        guard Checksum.of(pairs) == whole.little32(at: 12) else {
            throw corrupt("a block does not match its checksum")
        }
        checksum.add(UnsafeRawBufferPointer(rebasing: whole[..<headerCount]))
        position = 0
        offset += blockCount
        head += blockCount
    }

    /// Has at least so many of the segment's bytes from `offset` on, of which `rest` are left.
    ///
    /// It reads as many as a block usually has, so that one read fetches a block, or many small
    /// ones.
    private func load(_ byteCount: Int, of rest: Int) throws {
        let kept = tail - head
        guard kept < byteCount else { return }
        let usual = RunFormat.blockHeaderByteCount + EngineLimits.blockByteCount
        let wanted = min(rest, max(byteCount, usual))
        makeRoom(wanted)
        let room = UnsafeMutableRawBufferPointer(rebasing: block[kept..<wanted])
        guard try run.file.read(into: room, at: offset + kept) == room.count else {
            throw corrupt("the file ends too soon")
        }
        tail = wanted
    }

    /// Moves what was read to the front of a block of at least so many bytes.
    private func makeRoom(_ byteCount: Int) {
        let kept = UnsafeRawBufferPointer(rebasing: block[head..<tail])
        if byteCount > block.count {
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 16)
            larger.copyMemory(from: kept)
            block.deallocate()
            block = larger
        } else {
            block.copyMemory(from: kept)
        }
        (head, tail) = (0, kept.count)
    }

    private func checkEnd() throws {
        guard pairsRead == segment.pairs.count, checksum.value == segment.checksum else {
            throw corrupt("a segment does not match its entry in the index")
        }
    }

    private func corrupt(_ reason: String) -> EngineError {
        RunReader.corrupt(run.path, at: offset, reason)
    }
}
