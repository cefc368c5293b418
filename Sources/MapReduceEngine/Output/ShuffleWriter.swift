package import MapReduceModel

/// Writes the output of one attempt of a shuffling stage: one run each time its memory is full,
/// merged into a single run at the end.
///
/// Runs are merged in the order in which they were written, at most `mergeWidth` at once and only
/// adjacent ones, so that pairs of equal keys keep the order of emission.
@usableFromInline
package final class ShuffleWriter {
    /// Writes sorted pairs into a run.
    @usableFromInline
    package typealias Fill = (RunWriter) throws -> Void

    private let directory: String
    private let name: String
    private let partitionCount: Int
    private let mergeWidth: Int
    private let output: RunWriter.Output
    private let merger: (any ValueMerger)?
    private var runs: [String] = []
    /// The pairs of the runs filled so far.
    private var filled = PairChecksum()
    private var nextRun = 0
    package private(set) var counters = Counters()

    /// `directory`: the attempt's own directory, which exists.
    ///
    /// `merger`: merges the values of equal keys when runs are merged; nil keeps all pairs.
    ///
    /// `output`: where the output is in the attempt's run, and what is kept of it.
    ///
    /// `name`: the name of the output within the attempt; the file names of spilled runs begin with
    /// it.
    package init(
        directory: String,
        name: String = "output",
        partitionCount: Int,
        mergeWidth: Int,
        merger: (any ValueMerger)?,
        output: RunWriter.Output = RunWriter.Output()
    ) {
        precondition(mergeWidth >= 2, "a merge reads at least two runs")
        self.directory = directory
        self.partitionCount = partitionCount
        self.mergeWidth = mergeWidth
        self.merger = merger
        self.output = output
        self.name = name
    }

    /// Writes one more run.
    @usableFromInline
    package func spill(_ fill: Fill) throws {
        // In the middle of a record: sorting and writing do not count as the closure's time.
        let run = try ExecutionOwner.engine { try PhaseClock.measure(.spill) { try fillRun(fill) } }
        runs.append(run.file.path)
        counters.add(1, to: BuiltInCounter.spills)
    }

    /// Writes the remaining pairs and merges everything into the attempt's run.
    ///
    /// `collected`: the pairs that were spilled or remain; nil if values were merged or pairs were
    /// dropped on purpose after they were counted.
    ///
    /// - Returns: the pairs of the output.
    /// - Throws: `EngineError` of kind `notConserved` if the run has other pairs.
    package func finish(
        collected: PairChecksum?,
        into run: RunWriter,
        _ fill: Fill
    ) throws -> PairChecksum {
        try ExecutionOwner.engine {
            try PhaseClock.measure(.write) { try mergeAll(collected, into: run, fill) }
        }
    }

    private func mergeAll(
        _ collected: PairChecksum?,
        into run: RunWriter,
        _ fill: Fill
    ) throws -> PairChecksum {
        let expected = output.limit == nil ? collected : nil
        if !runs.isEmpty {
            try PhaseClock.measure(.spill) { try spillRest(expected, fill) }
        }
        try run.begin(output)
        let merged =
            runs.isEmpty ? nil : try PhaseClock.measure(.spill) { try merge(runs, into: run) }
        if runs.isEmpty { try fill(run) }
        let (pairs, byteCount) = try run.endOutput()
        if let expected { try Conservation.check(pairs, isEqualTo: expected, in: "sorting") }
        if let merged, merger == nil, output.limit == nil {
            try Conservation.check(pairs, isEqualTo: merged, in: step(runs))
        }
        for path in runs { try Files.remove(path) }
        counters.add(pairs.count, to: BuiltInCounter.pairsShuffled)
        counters.add(byteCount, to: BuiltInCounter.bytesShuffled)
        return pairs
    }

    /// Writes the last run, and merges runs until the remaining ones can be merged at once.
    private func spillRest(_ expected: PairChecksum?, _ fill: Fill) throws {
        runs.append(try fillRun(fill).file.path)
        if let expected { try Conservation.check(filled, isEqualTo: expected, in: "sorting") }
        try mergeUntilFew()
    }

    /// Merges adjacent runs until the remaining ones can be merged at once.
    private func mergeUntilFew() throws {
        while runs.count > mergeWidth {
            counters.add(1, to: BuiltInCounter.mergePasses)
            var merged: [String] = []
            for start in stride(from: 0, to: runs.count, by: mergeWidth) {
                let group = Array(runs[start..<min(start + mergeWidth, runs.count)])
                merged.append(group.count == 1 ? group[0] : try merge(group))
            }
            runs = merged
        }
    }

    private func fillRun(_ fill: Fill) throws -> FinishedRun {
        let run = try write(fill)
        filled += run.pairs
        return run
    }

    private func write(_ fill: Fill) throws -> FinishedRun {
        let writer = try RunWriter(
            path: "\(directory)/\(name)-\(nextRun).run",
            partitionCount: partitionCount,
            phase: .spill
        )
        try writer.begin(RunWriter.Output(limit: output.limit))
        nextRun += 1
        try fill(writer)
        return try writer.commit()
    }

    private func merge(_ paths: [String]) throws -> String {
        var merged = PairChecksum()
        let run = try write { merged = try merge(paths, into: $0) }
        if merger == nil, output.limit == nil {
            try Conservation.check(run.pairs, isEqualTo: merged, in: step(paths))
        }
        for path in paths { try Files.remove(path) }
        return run.file.path
    }

    /// - Returns: the pairs of these runs.
    private func merge(_ paths: [String], into writer: RunWriter) throws -> PairChecksum {
        let readers = try paths.map { try RunReader(path: $0) }
        var merged = PairChecksum()
        for partition in 0..<partitionCount {
            let cursors = try readers.map {
                try SegmentCursor(run: $0, partition: partition, phase: .spill)
            }
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
        return merged
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
