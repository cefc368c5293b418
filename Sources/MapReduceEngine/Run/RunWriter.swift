package import MapReduceModel

/// Writes a run: pairs ordered by partition, then by key.
///
/// The file gets its name only with `commit()`; a writer that is dropped before that leaves a file
/// whose name ends with `.partial`, in a directory that its owner removes.
@usableFromInline
package final class RunWriter {
    private let file: OpenFile
    private let path: String
    private let partialPath: String
    private let phase: TaskPhase
    // One task's thread owns a writer: exclusivity checks would only cost time.
    @exclusivity(unchecked) private var index: [SegmentIndex]
    @exclusivity(unchecked) private var partition = 0
    private var segmentChecksum = Checksum()
    private var offset = 0
    /// The output being written, and where its pairs begin.
    @exclusivity(unchecked) private var output: Output
    private var pairsBeforeOutput = PairChecksum()
    private var offsetOfOutput = 0
    /// The checksum of all bytes; nil if it is not needed.
    private var whole: Checksum?
    @exclusivity(unchecked) private var block: UnsafeMutableRawBufferPointer
    /// The number of bytes of pairs in the block, after its header.
    @exclusivity(unchecked) private var used = 0
    /// The pairs of the partitions before the current one.
    @exclusivity(unchecked) private var pairsBefore = PairChecksum()
    /// The pairs of the current partition.
    @exclusivity(unchecked) private var pairs = PairChecksum()

    /// The blocks of the current segment, and the pair count and first key of the block being
    /// filled; used only if blocks are listed.
    private var blocks = BlockList()
    private var blockPairCount = 0
    private var firstKey: [UInt8] = []

    /// One of the shuffles whose partitions a run contains, one after another.
    package struct Output: Hashable, Sendable {
        /// The number of its first partition.
        package var firstPartition = 0
        /// The maximum number of pairs in a partition, beyond which pairs are dropped; nil keeps
        /// all.
        package var limit: Int?
        /// Whether the blocks of its partitions are listed, so the partitions can be cut into
        /// ranges.
        package var listsBlocks = false

        package init(firstPartition: Int = 0, limit: Int? = nil, listsBlocks: Bool = false) {
            self.firstPartition = firstPartition
            self.limit = limit
            self.listsBlocks = listsBlocks
        }
    }

    /// `partitionCount`: the number of segments in the run.
    ///
    /// `isPart`: whether the run is a part of an output. If so, it is on disk once committed, and
    /// the file's checksum covers all its bytes, as for other parts.
    ///
    /// `phase`: the phase that writing the run belongs to.
    package init(
        path: String,
        partitionCount: Int,
        isPart: Bool = false,
        phase: TaskPhase = .write
    ) throws {
        self.phase = phase
        output = Output()
        whole = isPart ? Checksum() : nil
        self.path = path
        partialPath = path + ".partial"
        file = try PhaseClock.measure(phase) { [partialPath] in
            try OpenFile(creating: partialPath)
        }
        index = Array(repeating: SegmentIndex(), count: partitionCount)
        block = .allocate(byteCount: Self.usualByteCount, alignment: 16)
        try RunFormat.header.withUnsafeBytes { try write($0) }
        index[0].offset = offset
    }

    deinit { block.deallocate() }

    private var blockBase: UnsafeMutableRawPointer {
        guard let base = block.baseAddress else { preconditionFailure("a block is never empty") }
        return base
    }

    private func write(byteCount: Int) throws {
        try write(UnsafeRawBufferPointer(rebasing: block[..<byteCount]))
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws {
        try file.write(bytes)
        whole?.add(bytes)
        offset += bytes.count
    }

    /// Begins one of the run's outputs; outputs must be in the order of their partitions.
    package func begin(_ output: Output) throws {
        if output.firstPartition != partition { try begin(output.firstPartition) }
        self.output = output
        pairsBeforeOutput = pairsBefore
        offsetOfOutput = offset
    }

    /// Ends the current output.
    /// - Returns: its pairs and the number of bytes they take.
    package func endOutput() throws -> (pairs: PairChecksum, byteCount: Int) {
        try flush()
        var all = pairsBefore
        all += pairs
        all -= pairsBeforeOutput
        return (all, offset - offsetOfOutput)
    }

    /// Adds a pair to a partition of the current output.
    ///
    /// Partitions must be in ascending order, as must the keys within one.
    @usableFromInline
    package func add(
        partition: Int,
        key: UnsafeRawBufferPointer,
        value: UnsafeRawBufferPointer
    ) throws {
        let partition = output.firstPartition &+ partition
        if partition != self.partition { try begin(partition) }
        if let limit = output.limit, pairs.count >= limit { return }
        let most = key.count + value.count + 2 * Varint.maxByteCount
        if RunFormat.blockHeaderByteCount + used + most > block.count {
            try makeRoom(byteCount: most)
        }
        if output.listsBlocks {
            if used == 0 { firstKey = Array(key) }
            blockPairCount += 1
        }
        var target = blockBase + RunFormat.blockHeaderByteCount + used
        let start = target
        target += Varint.write(key.count, to: target)
        target += Varint.write(value.count, to: target)
        if let source = key.baseAddress { target.copyMemory(from: source, byteCount: key.count) }
        target += key.count
        if let source = value.baseAddress {
            target.copyMemory(from: source, byteCount: value.count)
        }
        used += target + value.count - start
        pairs.add(hash: KeyHash.hash(ofValue: value, keyHash: KeyHash.hash(key)))
    }

    private func begin(_ next: Int) throws {
        precondition(next > partition && next < index.count, "partitions come in rising order")
        try endSegment()
        for index in partition + 1...next { self.index[index].offset = offset }
        partition = next
    }

    private func endSegment() throws {
        try flush()
        try writeList()
        index[partition].byteCount = offset - index[partition].offset
        index[partition].checksum = segmentChecksum.value
        index[partition].pairs = pairs
        segmentChecksum = Checksum()
        pairsBefore += pairs
        pairs = PairChecksum()
    }

    private func makeRoom(byteCount: Int) throws {
        guard byteCount <= EngineLimits.maxPairByteCount else {
            throw EngineError(
                .threw,
                "a pair of \(byteCount) bytes is larger than \(EngineLimits.maxPairByteCount); "
                    + "emit smaller values"
            )
        }
        try flush()
        let needed = RunFormat.blockHeaderByteCount + byteCount
        if needed > block.count { replaceBlock(byteCount: needed) }
    }

    private func flush() throws {
        if used > 0 { try PhaseClock.measure(phase) { try writeBlock() } }
    }

    private func writeBlock() throws {
        let header = RunFormat.blockHeaderByteCount
        let body = UnsafeRawBufferPointer(rebasing: block[header..<header + used])
        let base = blockBase
        base.storeLittle(UInt32(used), at: 0)
        base.storeLittle(UInt32(used), at: 4)
        base.storeLittle(RunFormat.codecNone, at: 8)
        base.storeLittle(Checksum.of(body), at: 12)
        segmentChecksum.add(UnsafeRawBufferPointer(rebasing: block[..<header]))
        if output.listsBlocks {
            blocks.add(
                BlockList.Block(
                    firstKey: firstKey,
                    offset: offset - index[partition].offset,
                    byteCount: header + used,
                    pairCount: blockPairCount
                )
            )
            blockPairCount = 0
        }
        try write(byteCount: header + used)
        used = 0
        if block.count > Self.usualByteCount { replaceBlock(byteCount: Self.usualByteCount) }
    }

    /// Writes the list of the segment's blocks after them.
    private func writeList() throws {
        guard output.listsBlocks, !blocks.blocks.isEmpty else { return }
        let body = blocks.encoded
        blocks = BlockList()
        guard body.count <= EngineLimits.maxBlockListByteCount else {
            throw EngineError(
                .threw,
                "the keys with which blocks begin take \(body.count) bytes, and "
                    + "\(EngineLimits.maxBlockListByteCount) at most can be sorted by; "
                    + "sort by smaller keys"
            )
        }
        var header = [UInt8](repeating: 0, count: RunFormat.blockHeaderByteCount)
        header.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            base.storeLittle(UInt32(body.count), at: 0)
            base.storeLittle(UInt32(body.count), at: 4)
            base.storeLittle(RunFormat.codecBlockList, at: 8)
            base.storeLittle(body.withUnsafeBytes { Checksum.of($0) }, at: 12)
        }
        segmentChecksum.add(header)
        for part in [header, body] { try part.withUnsafeBytes { try write($0) } }
        index[partition].listByteCount = header.count + body.count
    }

    /// The usual size of a block; a larger one, allocated for a large pair, is not kept.
    private static let usualByteCount =
        RunFormat.blockHeaderByteCount + EngineLimits.blockByteCount

    private func replaceBlock(byteCount: Int) {
        block.deallocate()
        block = .allocate(byteCount: byteCount, alignment: 16)
    }

    /// Writes the index and gives the file its name; the file never changes again.
    package func commit() throws -> FinishedRun {
        try endSegment()
        for index in partition..<index.count where index > partition {
            self.index[index].offset = offset
        }
        let tail = RunFormat.tail(index)
        try tail.withUnsafeBytes { try write($0) }
        try PhaseClock.measure(.commit) {
            if whole != nil { try file.sync() }
            try Files.rename(partialPath, to: path)
        }
        let finished = OutputFile(
            path: path,
            byteCount: offset,
            recordCount: pairsBefore.count,
            checksum: whole?.value ?? RunFormat.checksum(ofTail: tail)
        )
        return FinishedRun(
            file: finished,
            pairs: pairsBefore,
            partitionByteCounts: index.map(\.byteCount)
        )
    }
}

/// A committed run, the checksum of its pairs, and the byte counts of its segments.
@usableFromInline
package struct FinishedRun: Sendable {
    package let file: OutputFile
    package let pairs: PairChecksum
    package let partitionByteCounts: [Int]
}
