public import MapReduceEngine
internal import MapReduceModel

/// Reading of the pairs in a task's partition.
extension TaskContext {
    /// Calls the body with each group of the partition until it returns false, and throws the error
    /// that it left in `failure`.
    @usableFromInline
    func forEachGroup(_ body: (_ group: GroupCursor) throws -> Bool) throws {
        try readPartition { sides in
            let groups = sides[0]
            while try groups.nextGroup() {
                if try !atKey(groups.key, { try body(groups) }) { return false }
            }
            return true
        }
    }

    /// Calls the body with each key of the partition and the key's groups on each side, and throws
    /// the error that it left in `failure`.
    @usableFromInline
    func forEachKey(_ body: (_ join: JoinCursor) throws -> Void) throws {
        try readPartition { sides in
            let join = JoinCursor(sides)
            while try join.next() {
                _ = try atKey(join.key) {
                    try body(join)
                    return true
                }
            }
            return true
        }
    }

    /// Opens all sides of the partition and passes them to the body; if the body returns true
    /// because it has read all of them, verifies that it has.
    @usableFromInline
    func readPartition(_ body: (_ sides: [GroupCursor]) throws -> Bool) throws {
        guard case .partition(let partition) = spec.input,
            case .shuffles(let sides) = stage.input
        else { throw EngineError(.badInput, "\(spec.attempt) reads pairs, and was given files") }
        begin(path: "partition \(partition)")
        var expected: [PairChecksum?] = []
        var cursors: [GroupCursor] = []
        var next = 0
        for (number, side) in sides.enumerated() {
            let segments = Array(spec.segments[next..<next + side.count].joined())
            next += side.count
            let output = job.plan.stages[side[0].stage].outputs[side[0].output]
            let (pairs, sum, byteCount) = try merge {
                try SegmentMerger.open(
                    segments,
                    range: output.isRange
                        ? SegmentMerger.Range(index: partition, count: output.partitionCount) : nil,
                    width: max(limits.mergeWidth / sides.count, 2),
                    directory: spec.directory,
                    name: "merge\(number)"
                ) { counters.add(1, to: BuiltInCounter.mergePasses) }
            }
            counters.add(byteCount, to: BuiltInCounter.bytesReceived)
            expected.append(sum)
            cursors.append(
                GroupCursor(
                    shuffledForTest(pairs),
                    counter: number == 0 ? pairCounter : nil
                )
            )
        }
        let hasReadAll = try body(cursors)
        for (cursor, sum) in zip(cursors, expected) where hasReadAll {
            guard let sum else { continue }
            try Conservation.check(
                cursor.seen,
                isEqualTo: sum,
                in: "reading partition \(partition)"
            )
        }
        received(cursors, areAll: hasReadAll)
        leaveRecords()
    }

    /// Opens segments, and merges them until few remain.
    private func merge<Result>(_ body: () throws -> Result) rethrows -> Result {
        try owner.engine { try clock.measure(.merge, body) }
    }

    /// Calls the user's code for a key, and blames the key for an error that the code throws.
    @usableFromInline
    func atKey(_ key: UnsafeRawBufferPointer, _ body: () throws -> Bool) throws -> Bool {
        beginKey(key)
        do {
            let wantsMore = try body()
            try checkFailure()
            return wantsMore
        } catch {
            fail(atKey: key)
            throw error
        }
    }

    private func received(_ cursors: [GroupCursor], areAll: Bool) {
        let sum = cursors.reduce(into: PairChecksum()) { $0 += $1.seen }
        counters.add(sum.count, to: BuiltInCounter.pairsReceived)
        guard areAll else { return }
        let heaviest = cursors.map(\.heaviest).max { $0.count < $1.count }
        noteReceived(
            sum,
            heaviest: heaviest.flatMap { heaviest in
                heaviest.count == 0
                    ? nil
                    : HeavyKey(
                        key: heaviest.key.withUnsafeBytes { key in
                            keys?.read.text(of: key) ?? RecordQuote.text(of: key)
                        },
                        pairCount: heaviest.count
                    )
            }
        )
    }

    /// Calls the body with the pairs of a broadcast source, in key order.
    ///
    /// `index`: the index of the source among those broadcast to the stage.
    func forEachBroadcastPair(
        _ index: Int,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let segments = spec.segments[stage.input.sources.count + index]
        let (pairs, expected, _) = try merge {
            try SegmentMerger.open(
                segments,
                width: limits.mergeWidth,
                directory: spec.directory,
                name: "broadcast\(index)"
            ) { counters.add(1, to: BuiltInCounter.mergePasses) }
        }
        let groups = GroupCursor(pairs)
        while try groups.nextGroup() {
            while try groups.nextValue() { try body(groups.key, groups.value) }
        }
        if let expected {
            try Conservation.check(groups.seen, isEqualTo: expected, in: "reading a broadcast")
        }
    }
}
