package import MapReduceModel

/// Opens one partition of many runs as a single sequence of pairs.
package enum SegmentMerger {
    /// The part of a partition that is read: one of several ranges of keys.
    package struct Range: Hashable, Sendable {
        package var index: Int
        package var count: Int

        package init(index: Int, count: Int) {
            self.index = index
            self.count = count
        }
    }

    /// The merged pairs of segments; of equal keys, those of earlier segments come first.
    ///
    /// More segments than the width are first merged in groups of neighbours into runs of one
    /// partition.
    ///
    /// `range`: which of the ranges of the segments' keys is read; nil reads all.
    ///
    /// `directory`: takes those runs; the attempt's own, which exists. Their names begin with
    /// `name`.
    ///
    /// `didMerge`: called after each such pass.
    ///
    /// - Returns: the pairs, and the checksum that they must have by the indexes of the runs; nil
    ///   where that is not known.
    package static func open(
        _ segments: [Segment],
        range: Range? = nil,
        width: Int,
        directory: String,
        name: String = "merge",
        didMerge: () -> Void
    ) throws -> (pairs: any PairCursor, expected: PairChecksum?) {
        precondition(width >= 2, "a merge reads at least two runs")
        var sources =
            try range.map { try self.sources(segments, $0) } ?? segments.map(Source.segment)
        let isWhole = range == nil
        var pass = 0
        while sources.count > width {
            var merged: [Source] = []
            for start in stride(from: 0, to: sources.count, by: width) {
                let group = Array(sources[start..<min(start + width, sources.count)])
                if group.count == 1 {
                    merged.append(group[0])
                    continue
                }
                let path = "\(directory)/\(name)-\(pass)-\(merged.count).run"
                try merge(group, into: path)
                merged.append(.own(path))
                for case .own(let path) in group { try Files.remove(path) }
            }
            sources = merged
            pass += 1
            didMerge()
        }
        let (cursors, expected) = try cursors(sources)
        return (cursors.count == 1 ? cursors[0] : MergeCursor(cursors), isWhole ? expected : nil)
    }

    private enum Source {
        case segment(Segment)
        /// The pairs of a range, of a run that is open.
        case range(any PairCursor)
        /// A run that a pass of this merge wrote, and that goes when it has been read.
        case own(String)
    }

    private static func sources(_ segments: [Segment], _ range: Range) throws -> [Source] {
        let readers = try segments.map { try RunReader(path: $0.run) }
        let lists = try zip(readers, segments).map { reader, segment in
            try BlockList(of: reader, partition: segment.partition)
        }
        let cuts = RangeCuts(lists, count: range.count)
        return readers.indices.compactMap { run in
            cuts.cursor(
                of: readers[run],
                partition: segments[run].partition,
                run: run,
                range: range.index
            ).map { .range($0) }
        }
    }

    private static func cursors(
        _ sources: [Source]
    ) throws -> (cursors: [any PairCursor], expected: PairChecksum?) {
        var expected: PairChecksum? = PairChecksum()
        let cursors = try sources.map { source -> any PairCursor in
            let cursor: SegmentCursor
            switch source {
            case .range(let pairs):
                expected = nil
                return pairs
            case .segment(let segment):
                cursor = try SegmentCursor(
                    run: RunReader(path: segment.run),
                    partition: segment.partition
                )
            case .own(let path):
                cursor = try SegmentCursor(run: RunReader(path: path), partition: 0)
            }
            expected? += cursor.expected
            return cursor
        }
        return (cursors, expected)
    }

    private static func merge(_ sources: [Source], into path: String) throws {
        let (cursors, expected) = try cursors(sources)
        let pairs = MergeCursor(cursors)
        let writer = try RunWriter(path: path, partitionCount: 1)
        while try pairs.next() {
            try writer.add(partition: 0, key: pairs.key, value: pairs.value)
        }
        let run = try writer.commit()
        guard let expected else { return }
        try Conservation.check(
            run.pairs,
            isEqualTo: expected,
            in: "a merge of \(sources.count) runs"
        )
    }
}
