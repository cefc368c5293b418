package import MapReduceModel

/// Steps through the pairs of one segment, in order.
///
/// Every block is verified before its first pair is returned. The number of pairs and the segment's
/// checksum are verified after the last pair, unless only some of the blocks are read.
package final class SegmentCursor: PairCursor {
    private let run: RunReader
    private let segment: SegmentIndex
    // One task's thread owns a cursor: exclusivity checks would only cost time.
    @exclusivity(unchecked) private var offset: Int
    /// Where the blocks to be read end.
    private let end: Int
    private let readsAll: Bool
    private let phase: TaskPhase
    private var checksum = Checksum()
    @exclusivity(unchecked) private var pairsRead = 0
    /// The part of the segment that has been read: `block[head..<tail]` begins at `offset`.
    @exclusivity(unchecked) private var block: UnsafeMutableRawBufferPointer
    @exclusivity(unchecked) private var head = 0
    @exclusivity(unchecked) private var tail = 0
    /// The pairs of the current block; those before `position` have been returned.
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

    /// Creates a cursor before the first pair of a partition.
    ///
    /// `phase`: the phase that reading the partition belongs to.
    package init(run: RunReader, partition: Int, phase: TaskPhase = .merge) throws {
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
        end = segment.offset + segment.pairsByteCount
        readsAll = true
        self.phase = phase
        block = .allocate(byteCount: EngineLimits.blockByteCount * 2, alignment: 16)
    }

    /// Creates a cursor before the first pair of some adjacent blocks of a segment; `bytes` is
    /// where they are in the segment.
    package init(run: RunReader, partition: Int, bytes: Range<Int>) {
        precondition(
            run.segments.indices.contains(partition)
                && bytes.lowerBound >= 0
                && bytes.upperBound <= run.segments[partition].pairsByteCount,
            "blocks lie in their segment"
        )
        self.run = run
        segment = run.segments[partition]
        offset = segment.offset + bytes.lowerBound
        end = segment.offset + bytes.upperBound
        readsAll = false
        phase = .merge
        block = .allocate(byteCount: EngineLimits.blockByteCount * 2, alignment: 16)
    }

    deinit { block.deallocate() }

    /// The checksum that the pairs must have, according to the index.
    package var expected: PairChecksum { segment.pairs }

    /// The bytes of the segment, as stored.
    var byteCount: Int { segment.byteCount }

    package func next() throws -> Bool {
        if position == pairs.count {
            guard offset < end else {
                if readsAll { try checkEnd() }
                return false
            }
            try beginBlock()
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

    @inline(never)
    private func beginBlock() throws { try PhaseClock.measure(phase) { try readBlock() } }

    private func readBlock() throws {
        let headerCount = RunFormat.blockHeaderByteCount
        let rest = end - offset
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

    /// Ensures that at least N of the segment's bytes are loaded from `offset` on; `rest` are left.
    ///
    /// It reads as many bytes as a block usually has, so that one read fetches a block or many
    /// small ones.
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

    /// Moves what has been read to the front of a block of at least N bytes.
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
        if segment.listByteCount > 0 {
            checksum.add(try BlockList.header(run, of: segment))
        }
        guard pairsRead == segment.pairs.count, checksum.value == segment.checksum else {
            throw corrupt("a segment does not match its entry in the index")
        }
    }

    private func corrupt(_ reason: String) -> EngineError {
        RunReader.corrupt(run.path, at: offset, reason)
    }
}
