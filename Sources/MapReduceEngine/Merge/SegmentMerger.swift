/// Opens one partition of many runs as a single sequence of pairs.
package enum SegmentMerger {
    /// The merged pairs of a partition; of equal keys, those of earlier runs come first.
    ///
    /// More runs than the width are first merged in groups of neighbours into runs of one
    /// partition.
    /// - Parameters:
    ///   - directory: takes those runs; the attempt's own, which exists.
    ///   - didMerge: called after each such pass.
    package static func open(
        runs: [String], partition: Int, width: Int, directory: String, didMerge: () -> Void
    ) throws -> any PairCursor {
        precondition(width >= 2, "a merge reads at least two runs")
        var sources = runs.map { (path: $0, partition: partition) }
        var pass = 0
        while sources.count > width {
            var merged: [(path: String, partition: Int)] = []
            for start in stride(from: 0, to: sources.count, by: width) {
                let group = Array(sources[start..<min(start + width, sources.count)])
                let path = "\(directory)/merge-\(pass)-\(merged.count).run"
                merged.append(
                    group.count == 1 ? group[0] : (try merge(group, into: path), 0))
            }
            if pass > 0 {
                for source in sources where !merged.contains(where: { $0.path == source.path }) {
                    try Files.remove(source.path)
                }
            }
            sources = merged
            pass += 1
            didMerge()
        }
        let cursors = try cursors(sources)
        return cursors.count == 1 ? cursors[0] : MergeCursor(cursors)
    }

    private static func cursors(
        _ sources: [(path: String, partition: Int)]
    ) throws -> [any PairCursor] {
        try sources.map { source in
            try SegmentCursor(run: RunReader(path: source.path), partition: source.partition)
        }
    }

    private static func merge(
        _ sources: [(path: String, partition: Int)], into path: String
    ) throws -> String {
        let pairs = MergeCursor(try cursors(sources))
        let writer = try RunWriter(path: path, partitionCount: 1)
        while try pairs.next() {
            try writer.add(partition: 0, key: pairs.key, value: pairs.value)
        }
        return try writer.commit().path
    }
}
