package import MapReduceModel

/// Opens one partition of many runs as a single sequence of pairs.
package enum SegmentMerger {
    /// The merged pairs of segments; of equal keys, those of earlier segments come first.
    ///
    /// More segments than the width are first merged in groups of neighbours into runs of one
    /// partition.
    ///
    /// `directory`: takes those runs; the attempt's own, which exists.
    ///
    /// `didMerge`: called after each such pass.
    ///
    /// - Returns: the pairs, and the checksum that they must have by the indexes of the runs.
    package static func open(
        _ segments: [Segment],
        width: Int,
        directory: String,
        didMerge: () -> Void
    ) throws -> (pairs: any PairCursor, expected: PairChecksum) {
        precondition(width >= 2, "a merge reads at least two runs")
        var sources = segments.map { Source($0, isOwn: false) }
        var pass = 0
        while sources.count > width {
            var merged: [Source] = []
            for start in stride(from: 0, to: sources.count, by: width) {
                let group = Array(sources[start..<min(start + width, sources.count)])
                if group.count == 1 {
                    merged.append(group[0])
                    continue
                }
                let path = "\(directory)/merge-\(pass)-\(merged.count).run"
                try merge(group, into: path)
                merged.append(Source(Segment(run: path, partition: 0), isOwn: true))
                for source in group where source.isOwn { try Files.remove(source.segment.run) }
            }
            sources = merged
            pass += 1
            didMerge()
        }
        let (cursors, expected) = try cursors(sources)
        return (cursors.count == 1 ? cursors[0] : MergeCursor(cursors), expected)
    }

    private struct Source {
        let segment: Segment
        /// Whether a pass of this merge wrote the run, which then goes when it has been read.
        let isOwn: Bool

        init(_ segment: Segment, isOwn: Bool) {
            self.segment = segment
            self.isOwn = isOwn
        }
    }

    private static func cursors(
        _ sources: [Source]
    ) throws -> (cursors: [any PairCursor], expected: PairChecksum) {
        var expected = PairChecksum()
        let cursors = try sources.map { source in
            let cursor = try SegmentCursor(
                run: RunReader(path: source.segment.run),
                partition: source.segment.partition
            )
            expected += cursor.expected
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
        try Conservation.check(
            run.pairs,
            isEqualTo: expected,
            in: "a merge of \(sources.count) runs"
        )
    }
}
