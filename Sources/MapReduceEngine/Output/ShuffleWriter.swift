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
        runs.append(try write(fill).path)
        counters.add(1, to: BuiltInCounter.spills)
    }

    /// Writes what is left, and merges all runs.
    /// - Returns: the attempt's run.
    package func finish(_ fill: Fill) throws -> OutputFile {
        if runs.isEmpty { return didFinish(try write(fill)) }
        runs.append(try write(fill).path)
        while runs.count > mergeWidth {
            counters.add(1, to: BuiltInCounter.mergePasses)
            var merged: [String] = []
            for start in stride(from: 0, to: runs.count, by: mergeWidth) {
                let group = Array(runs[start..<min(start + mergeWidth, runs.count)])
                merged.append(group.count == 1 ? group[0] : try merge(group).path)
            }
            runs = merged
        }
        return didFinish(try merge(runs))
    }

    private func didFinish(_ file: OutputFile) -> OutputFile {
        counters.add(file.recordCount, to: BuiltInCounter.pairsShuffled)
        counters.add(file.byteCount, to: BuiltInCounter.bytesShuffled)
        return file
    }

    private func write(_ fill: Fill) throws -> OutputFile {
        let writer = try RunWriter(
            path: "\(directory)/\(nextRun).run",
            partitionCount: partitionCount,
            limit: limit
        )
        nextRun += 1
        try fill(writer)
        return try writer.commit()
    }

    private func merge(_ paths: [String]) throws -> OutputFile {
        let readers = try paths.map { try RunReader(path: $0) }
        let output = try write { writer in
            for partition in 0..<partitionCount {
                let cursors = try readers.map { try SegmentCursor(run: $0, partition: partition) }
                try copy(MergeCursor(cursors), to: writer, partition: partition)
            }
        }
        for path in paths { try Files.remove(path) }
        return output
    }

    private func copy(_ pairs: MergeCursor, to writer: RunWriter, partition: Int) throws {
        guard let merger else {
            while try pairs.next() {
                try writer.add(partition: partition, key: pairs.key, value: pairs.value)
            }
            return
        }
        let groups = GroupCursor(pairs)
        while try groups.nextGroup() {
            guard try groups.nextValue() else { continue }
            try merger.start(groups.value)
            while try groups.nextValue() { try merger.add(groups.value) }
            try writer.add(partition: partition, key: groups.key, value: try merger.finish())
        }
    }
}
