package import MapReduceModel

/// Writes a run: pairs in the order of partition, then of key.
///
/// The file gets its name only with `commit()`; a writer that is dropped before leaves a file whose
/// name ends in `.partial`, in a directory that its owner removes.
@usableFromInline
package final class RunWriter {
    private let file: OpenFile
    private let path: String
    private let partialPath: String
    private let phase: TaskPhase
    // One task's thread owns a writer: checks of exclusive access would only cost time.
    @exclusivity(unchecked) private var index: [SegmentIndex]
    @exclusivity(unchecked) private var partition = 0
    private var segmentChecksum = Checksum()
    private var offset = 0
    /// The output that is being written, and where its pairs begin.
    @exclusivity(unchecked) private var output: Output
    private var pairsBeforeOutput = PairChecksum()
    private var offsetOfOutput = 0
    /// The checksum of all bytes; nil where nobody asks for it.
    private var whole: Checksum?
    @exclusivity(unchecked) private var block: UnsafeMutableRawBufferPointer
    /// Bytes of pairs in the block, which follow its header.
    @exclusivity(unchecked) private var used = 0
    /// The pairs of the partitions before the current one.
    @exclusivity(unchecked) private var pairsBefore = PairChecksum()
    /// The pairs of the current partition.
    @exclusivity(unchecked) private var pairs = PairChecksum()

    /// The blocks of the current segment, and the pairs and the key with which the one begins that
    /// is being filled; only where they are listed.
    private var blocks = BlockList()
    private var blockPairCount = 0
    private var firstKey: [UInt8] = []

    /// One of the shuffles whose partitions lie in a run, one after another.
    package struct Output: Hashable, Sendable {
        /// The number of its first partition.
        package var firstPartition = 0
        /// Pairs of a partition beyond this number are dropped; nil keeps all.
        package var limit: Int?
        /// Whether the blocks of its partitions are listed, so that they can be cut into ranges.
        package var listsBlocks = false

        package init(firstPartition: Int = 0, limit: Int? = nil, listsBlocks: Bool = false) {
            self.firstPartition = firstPartition
            self.limit = limit
            self.listsBlocks = listsBlocks
        }
    }

    /// `partitionCount`: how many segments the run has.
    ///
    /// `isPart`: whether the run is a part of an output. Then it is on the disk when it is
    /// committed, and the file's checksum is that of all its bytes, as with other parts.
    ///
    /// `phase`: what writing it belongs to.
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

    /// Begins one of the run's outputs; they come in the order of their partitions.
    package func begin(_ output: Output) throws {
        if output.firstPartition != partition { try begin(output.firstPartition) }
        self.output = output
        pairsBeforeOutput = pairsBefore
        offsetOfOutput = offset
    }

    /// Ends the output that was begun last.
    /// - Returns: its pairs, and the bytes that they take.
    package func endOutput() throws -> (pairs: PairChecksum, byteCount: Int) {
        try flush()
        var all = pairsBefore
        all += pairs
        all -= pairsBeforeOutput
        return (all, offset - offsetOfOutput)
    }

    /// Adds a pair to a partition of the current output.
    ///
    /// Partitions come in rising order, and keys within one.
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

    /// Writes the list of the segment's blocks behind them.
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

    /// A block of the usual size; one that a large pair needed does not stay.
    private static let usualByteCount =
        RunFormat.blockHeaderByteCount + EngineLimits.blockByteCount

    private func replaceBlock(byteCount: Int) {
        block.deallocate()
        block = .allocate(byteCount: byteCount, alignment: 16)
    }

    /// Writes the index and gives the file its name; it never changes again.
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

/// A run that has its name, the checksum of its pairs, and the bytes of its segments.
@usableFromInline
package struct FinishedRun: Sendable {
    package let file: OutputFile
    package let pairs: PairChecksum
    package let partitionByteCounts: [Int]
}
