package import MapReduceModel

/// Writes the output of one attempt of a shuffling stage: a run for each time its memory was full,
/// merged into one at the end.
///
/// Runs are merged in the order in which they were written, at most `mergeWidth` at once and only
/// neighbours, so that pairs of equal keys keep the order of emission.
@usableFromInline
package final class ShuffleWriter {
    /// Writes sorted pairs into a run.
    @usableFromInline
    package typealias Fill = (RunWriter) throws -> Void

    private let directory: String
    private let partitionCount: Int
    private let mergeWidth: Int
    private let limit: Int?
    private let merger: (any ValueMerger)?
    private var runs: [String] = []
    /// The pairs of the runs that were filled.
    private var filled = PairChecksum()
    private var nextRun = 0
    package private(set) var counters = Counters()

    /// `directory`: the attempt's own, which exists.
    ///
    /// `merger`: merges the values of equal keys when runs are merged; nil keeps all pairs.
    ///
    /// `limit`: how many pairs of each partition are wanted; nil wants all.
    package init(
        directory: String,
        partitionCount: Int,
        mergeWidth: Int,
        merger: (any ValueMerger)?,
        limit: Int? = nil
    ) {
        precondition(mergeWidth >= 2, "a merge reads at least two runs")
        self.directory = directory
        self.partitionCount = partitionCount
        self.mergeWidth = mergeWidth
        self.merger = merger
        self.limit = limit
    }

    /// Writes one more run.
    @usableFromInline
    package func spill(_ fill: Fill) throws {
        // In the middle of a record: sorting and writing is not the closure's time.
        runs.append(try Turns.engine { try fillRun(fill) }.file.path)
        counters.add(1, to: BuiltInCounter.spills)
    }

    /// Writes what is left, and merges all runs.
    ///
    /// `collected`: the pairs that were spilled or are left; nil where values were merged or pairs
    /// were dropped on purpose since they were counted.
    ///
    /// - Returns: the attempt's run.
    /// - Throws: `EngineError` of kind `notConserved` when the run has other pairs.
    package func finish(collected: PairChecksum?, _ fill: Fill) throws -> FinishedRun {
        try Turns.engine { try mergeAll(collected, fill) }
    }

    private func mergeAll(_ collected: PairChecksum?, _ fill: Fill) throws -> FinishedRun {
        let last = try fillRun(fill)
        if let collected, limit == nil {
            try Conservation.check(filled, isEqualTo: collected, in: "sorting")
        }
        if runs.isEmpty { return didFinish(last) }
        runs.append(last.file.path)
        while runs.count > mergeWidth {
            counters.add(1, to: BuiltInCounter.mergePasses)
            var merged: [String] = []
            for start in stride(from: 0, to: runs.count, by: mergeWidth) {
                let group = Array(runs[start..<min(start + mergeWidth, runs.count)])
                merged.append(group.count == 1 ? group[0] : try merge(group).file.path)
            }
            runs = merged
        }
        return didFinish(try merge(runs))
    }

    private func didFinish(_ run: FinishedRun) -> FinishedRun {
        counters.add(run.pairs.count, to: BuiltInCounter.pairsShuffled)
        counters.add(run.file.byteCount, to: BuiltInCounter.bytesShuffled)
        return run
    }

    private func fillRun(_ fill: Fill) throws -> FinishedRun {
        let run = try write(fill)
        filled += run.pairs
        return run
    }

    private func write(_ fill: Fill) throws -> FinishedRun {
        let writer = try RunWriter(
            path: "\(directory)/\(nextRun).run",
            partitionCount: partitionCount,
            limit: limit
        )
        nextRun += 1
        try fill(writer)
        return try writer.commit()
    }

    private func merge(_ paths: [String]) throws -> FinishedRun {
        let readers = try paths.map { try RunReader(path: $0) }
        var merged = PairChecksum()
        let output = try write { writer in
            for partition in 0..<partitionCount {
                let cursors = try readers.map { try SegmentCursor(run: $0, partition: partition) }
                let expected = cursors.reduce(into: PairChecksum()) { $0 += $1.expected }
                merged += expected
                let pairs = MergeCursor(cursors)
                if let merger {
                    let read = try mergeValues(pairs, merger, to: writer, partition: partition)
                    try Conservation.check(read, isEqualTo: expected, in: step(paths))
                } else {
                    while try pairs.next() {
                        try writer.add(partition: partition, key: pairs.key, value: pairs.value)
                    }
                }
            }
        }
        if merger == nil, limit == nil {
            try Conservation.check(output.pairs, isEqualTo: merged, in: step(paths))
        }
        for path in paths { try Files.remove(path) }
        return output
    }

    private func step(_ paths: [String]) -> String { "a merge of \(paths.count) spilled runs" }

    /// - Returns: the pairs that were merged.
    private func mergeValues(
        _ pairs: MergeCursor,
        _ merger: any ValueMerger,
        to writer: RunWriter,
        partition: Int
    ) throws -> PairChecksum {
        let groups = GroupCursor(pairs)
        while try groups.nextGroup() {
            guard try groups.nextValue() else { continue }
            try merger.start(groups.value)
            while try groups.nextValue() { try merger.add(groups.value) }
            try writer.add(partition: partition, key: groups.key, value: try merger.finish())
        }
        return groups.seen
    }
}
