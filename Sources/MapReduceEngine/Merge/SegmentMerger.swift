package import MapReduceModel

/// Opens one partition of many runs as a single sequence of pairs.
package enum SegmentMerger {
    /// The part of a partition to read: one of several key ranges.
    package struct Range: Hashable, Sendable {
        package var index: Int
        package var count: Int

        package init(index: Int, count: Int) {
            self.index = index
            self.count = count
        }
    }

    /// Returns the merged pairs of segments; for equal keys, the pairs of earlier segments come
    /// first.
    ///
    /// If there are more segments than the width, adjacent segments are first merged in groups into
    /// runs of one partition.
    ///
    /// `range`: which range of the segments' keys to read; nil reads all.
    ///
    /// `directory`: receives those runs; it belongs to the attempt and exists. Their names begin
    /// with `name`.
    ///
    /// `didMerge`: called after each such pass.
    ///
    /// - Returns: the pairs; the checksum that they must have according to the runs' indexes, nil
    ///   if it is not known; and the bytes of the segments, as stored. For segments read in ranges,
    ///   these are the bytes of their block lists and of the blocks that have pairs of this range.
    package static func open(
        _ segments: [Segment],
        range: Range? = nil,
        width: Int,
        directory: String,
        name: String = "merge",
        didMerge: () -> Void
    ) throws -> (pairs: any PairCursor, expected: PairChecksum?, byteCount: Int) {
        precondition(width >= 2, "a merge reads at least two runs")
        var (sources, byteCount) =
            try range.map { try self.sources(segments, $0) } ?? (segments.map(Source.segment), 0)
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
                byteCount += try merge(group, into: path)
                merged.append(.own(path))
                for case .own(let path) in group { try Files.remove(path) }
            }
            sources = merged
            pass += 1
            didMerge()
        }
        let (cursors, expected, readByteCount) = try cursors(sources)
        let pairs = cursors.count == 1 ? cursors[0] : MergeCursor(cursors)
        return (pairs, isWhole ? expected : nil, byteCount + readByteCount)
    }

    private enum Source {
        case segment(Segment)
        /// The pairs of a range of an open run.
        case range(any PairCursor)
        /// A run that a pass of this merge wrote, and that is removed after it has been read.
        case own(String)
    }

    /// - Returns: the pairs of a range, and the number of bytes read to find them and to read them.
    private static func sources(
        _ segments: [Segment],
        _ range: Range
    ) throws -> ([Source], byteCount: Int) {
        let readers = try segments.map { try RunReader(path: $0.run) }
        let lists = try zip(readers, segments).map { reader, segment in
            try BlockList(of: reader, partition: segment.partition)
        }
        let cuts = RangeCuts(lists, count: range.count)
        var byteCount = 0
        let sources = readers.indices.compactMap { run in
            let partition = segments[run].partition
            byteCount += readers[run].segments[partition].listByteCount
            byteCount += lists[run].blocks[cuts.blocks(of: run, range: range.index)]
                .reduce(0) { $0 + $1.byteCount }
            return cuts.cursor(
                of: readers[run],
                partition: partition,
                run: run,
                range: range.index
            ).map { Source.range($0) }
        }
        return (sources, byteCount)
    }

    /// - Returns: the sources' pairs, their checksum, and the bytes of the sources that are
    ///   segments.
    private static func cursors(
        _ sources: [Source]
    ) throws -> (cursors: [any PairCursor], expected: PairChecksum?, byteCount: Int) {
        var expected: PairChecksum? = PairChecksum()
        var byteCount = 0
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
                byteCount += cursor.byteCount
            case .own(let path):
                cursor = try SegmentCursor(run: RunReader(path: path), partition: 0)
            }
            expected? += cursor.expected
            return cursor
        }
        return (cursors, expected, byteCount)
    }

    /// - Returns: the bytes of the sources that are segments.
    private static func merge(_ sources: [Source], into path: String) throws -> Int {
        let (cursors, expected, byteCount) = try cursors(sources)
        let pairs = MergeCursor(cursors)
        let writer = try RunWriter(path: path, partitionCount: 1, phase: .merge)
        while try pairs.next() {
            try writer.add(partition: 0, key: pairs.key, value: pairs.value)
        }
        let run = try writer.commit()
        if let expected {
            try Conservation.check(
                run.pairs,
                isEqualTo: expected,
                in: "a merge of \(sources.count) runs"
            )
        }
        return byteCount
    }
}
