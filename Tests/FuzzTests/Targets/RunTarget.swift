import MapReduceEngine
import MapReduceModel

/// Run files: opened, read, merged, grouped, and sent as the segment of one partition.
struct RunTarget: FuzzTarget {
    let name = "runs"
    let mutation = Mutation.bytes

    /// More partitions than this are not looked at: each costs as much as the file is long.
    private static let maxPartitionCount = 8

    func seeds() throws -> [[UInt8]] {
        var seeds: [[UInt8]] = []
        // With no pair, with some, with more than a block, and with a pair larger than one.
        for (partitions, pairs, size) in [(1, 0, 0), (3, 9, 5), (2, 700, 100), (1, 2, 70_000)] {
            try withTemporaryPath { path in
                try write(path, partitionCount: partitions, pairCount: pairs, byteCount: size)
                seeds.append(try Files.read(path))
            }
        }
        return seeds
    }

    private func write(
        _ path: String,
        partitionCount: Int,
        pairCount: Int,
        byteCount: Int
    ) throws {
        let writer = try RunWriter(path: path, partitionCount: partitionCount)
        for number in 0..<pairCount {
            let key = Array("key\(1000 + number)".utf8)
            let value = [UInt8](repeating: UInt8(number % 256), count: byteCount)
            try key.withUnsafeBytes { key in
                try value.withUnsafeBytes { value in
                    let partition = number * partitionCount / pairCount
                    try writer.add(partition: partition, key: key, value: value)
                }
            }
        }
        _ = try writer.commit()
    }

    /// As it is, and with every checksum made right again: what no checksum stops must be safe too.
    func check(_ bytes: [UInt8]) throws -> Bool {
        let isAccepted = try read(bytes)
        _ = try read(SealedRun.seal(bytes))
        return isAccepted
    }

    private func read(_ bytes: [UInt8]) throws -> Bool {
        let file = try MemoryFile()
        try file.set(bytes)
        guard let run = try attempt(file.path, { try RunReader(path: file.path) }) else {
            return false
        }
        var counts: [Int?] = []
        for partition in run.segments.indices.prefix(Self.maxPartitionCount) {
            let count = try attempt(file.path) { try readSegment(run, partition, bytes.count) }
            counts.append(count)
            try checkDocument(file.path, partition, run, isValid: count != nil)
        }
        let segments = counts.indices.map { Segment(run: file.path, partition: $0) }
        let total = try attempt(file.path) { try readGroups(segments) }
        let sum = counts.reduce(0) { $0 + ($1 ?? 0) }
        try require(
            counts.contains(nil) ? total == nil : total == sum,
            "merged, \(counts) pairs are \(total ?? -1)"
        )
        try require(
            try attempt(file.path) { try SegmentCursor(run: run, partition: run.segments.count) }
                == nil,
            "there is one partition too many"
        )
        return !counts.contains(nil)
    }

    /// Runs a body that may refuse the run.
    private func attempt<Value>(_ path: String, _ body: () throws -> Value) throws -> Value? {
        do {
            return try body()
        } catch let error as EngineError {
            try require(
                error.kind == .fetchFailed && error.run == path,
                "a damaged run is blamed as \(error.kind), \(error.run ?? "no run"): \(error)"
            )
            return nil
        }
    }

    private func readSegment(_ run: RunReader, _ partition: Int, _ byteCount: Int) throws -> Int {
        let pairs = try SegmentCursor(run: run, partition: partition)
        var count = 0
        var size = 0
        while try pairs.next() {
            count += 1
            size += pairs.key.count + pairs.value.count
            // Each pair has at least its two lengths.
            try require(size + 2 * count <= byteCount, "there are more pairs than bytes")
        }
        return count
    }

    /// What is sent of a segment is as valid as the segment.
    private func checkDocument(
        _ path: String,
        _ partition: Int,
        _ run: RunReader,
        isValid: Bool
    ) throws {
        let document = try SegmentDocument(run: path, partition: partition)
        try require(
            document.byteCount <= run.segments[partition].byteCount + 64,
            "a segment grows on its way"
        )
        let bytes: [UInt8]? = try attempt(path) {
            try [UInt8](unsafeUninitializedCapacity: document.byteCount) { buffer, count in
                count = try document.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
            }
        }
        guard let bytes else { return }
        let copy = try MemoryFile()
        try copy.set(bytes)
        let isVerified: Void? = try attempt(copy.path) {
            try SegmentDocument.verify(run: copy.path)
        }
        try require((isVerified != nil) == isValid, "a segment is as valid as what is sent of it")
    }

    /// The pairs of all groups, whether their values are asked for or passed over.
    private func readGroups(_ segments: [Segment]) throws -> Int {
        let groups = GroupCursor(
            try SegmentMerger.open(segments, width: 64, directory: "") {}.pairs
        )
        while try groups.nextGroup() {
            while try groups.nextValue() {}
        }
        try require(try !groups.nextGroup(), "there is a group behind the last")
        let hasty = GroupCursor(
            try SegmentMerger.open(segments, width: 64, directory: "") {}.pairs
        )
        while try hasty.nextGroup() {}
        try require(hasty.seen == groups.seen, "values that nobody asks for are lost")
        return groups.seen.count
    }
}
