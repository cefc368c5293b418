import MapReduceEngine
import MapReduceModel
import TestSupport
import Testing

/// Segments of which only some blocks are fetched.
@Suite struct PartialSegmentTests {
    private let directory: TemporaryDirectory
    private static let blockCount = 5

    init() throws { directory = try TemporaryDirectory() }

    /// Writes a run whose last partition has blocks of two pairs each.
    private func writeRun(_ name: String = "run", before: Int = 1) throws -> String {
        let writer = try RunWriter(path: directory(name), partitionCount: before + 1)
        for partition in 0..<before {
            try [UInt8(7)].withUnsafeBytes {
                try writer.add(partition: partition, key: $0, value: $0)
            }
        }
        try writer.begin(RunWriter.Output(firstPartition: before, listsBlocks: true))
        for number in 0..<2 * Self.blockCount {
            let value = [UInt8](repeating: UInt8(number), count: 30_000)
            try [UInt8(number / 3), UInt8(number)].withUnsafeBytes { key in
                try value.withUnsafeBytes { try writer.add(partition: 0, key: key, value: $0) }
            }
        }
        return try writer.commit().file.path
    }

    private func bytes(_ document: SegmentDocument) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: document.byteCount)
        let count = try bytes.withUnsafeMutableBytes { try document.read(into: $0, at: 0) }
        #expect(count == document.byteCount)
        return bytes
    }

    /// What was sent of a run: its whole segment, and a listing made of its list.
    private func send(
        _ run: String,
        _ partition: Int = 1
    ) throws -> (whole: [UInt8], list: [UInt8], listing: String) {
        let whole = try bytes(SegmentDocument(run: run, partition: partition))
        let list = try bytes(SegmentDocument(run: run, partition: partition, part: .list))
        let sent = try directory.write("sent", list)
        let listing = directory("listing")
        try Files.remove(listing)
        try PartialSegment.makeListing(of: sent, at: listing)
        return (whole, list, listing)
    }

    /// Fetches blocks in steps of some bytes, each with a writer of its own, as tries that are cut.
    private func fetch(
        _ blocks: Range<Int>,
        of whole: [UInt8],
        _ listing: String,
        step: Int
    ) throws -> String {
        let partial = directory("partial")
        while true {
            let writer = try PartialSegmentWriter(
                partial: partial,
                listing: listing,
                blocks: blocks
            )
            if writer.next == writer.bytes.upperBound {
                try writer.finish(as: directory("fetched"))
                return directory("fetched")
            }
            let end = min(writer.next + step, writer.bytes.upperBound)
            try whole[writer.next..<end].withUnsafeBytes { try writer.append($0) }
            #expect(writer.next == end)
            if end < writer.bytes.upperBound {
                #expect(throws: EngineError.self) { try writer.finish(as: directory("early")) }
            }
        }
    }

    private func pairs(_ path: String, _ partition: Int, _ bytes: Range<Int>) throws -> [[UInt8]] {
        let cursor = SegmentCursor(
            run: try RunReader(path: path),
            partition: partition,
            bytes: bytes
        )
        var pairs: [[UInt8]] = []
        while try cursor.next() { pairs.append(Array(cursor.key) + Array(cursor.value)) }
        return pairs
    }

    /// Every range of blocks, in one try and in many.
    @Test(arguments: [1 << 20, 50_001])
    func hasTheBlocksThatWereFetched(_ step: Int) throws {
        let run = try writeRun()
        let (whole, list, listing) = try send(run)
        #expect(list.count < 300, "the blocks are not sent")
        let blocks = try BlockList(of: RunReader(path: listing), partition: 0)
        #expect(blocks.blocks.count == Self.blockCount)
        for first in 0..<Self.blockCount {
            for end in first + 1...Self.blockCount {
                let path = try fetch(first..<end, of: whole, listing, step: step)
                let bytes = blocks.bytes(of: first..<end)
                #expect(try pairs(path, 0, bytes) == pairs(run, 1, bytes))
                #expect(try pairs(path, 0, bytes).count == 2 * (end - first))
                // It is the whole segment but for the holes.
                var expected = whole
                for index in 8..<8 + bytes.lowerBound { expected[index] = 0 }
                let last = blocks.bytes(of: 0..<Self.blockCount).upperBound
                for index in 8 + bytes.upperBound..<8 + last { expected[index] = 0 }
                #expect(try Files.read(path) == expected)
                // What is in a hole is no block.
                if first > 0 {
                    #expect(throws: EngineError.self) {
                        try pairs(path, 0, blocks.bytes(of: 0..<first))
                    }
                }
                try PartialSegment.verify(run: path, blocks: first..<end)
                try Files.remove(path)
            }
        }
    }

    /// One changed byte of every hundred, and all of the headers.
    @Test func aChangedByteIsNoticed() throws {
        let (whole, _, listing) = try send(try writeRun())
        let blocks = try BlockList(of: RunReader(path: listing), partition: 0)
        let bytes = blocks.bytes(of: 1..<3)
        let middle = blocks.bytes(of: 1..<2).upperBound
        for index in bytes
        where index % 1009 == 0 || index < bytes.lowerBound + 20 || middle..<middle + 20 ~= index {
            var changed = whole
            changed[8 + index] ^= 4
            #expect(throws: EngineError.self, "byte \(index)") {
                try fetch(1..<3, of: changed, listing, step: 1 << 20)
            }
            #expect(try Files.kind(of: directory("partial")) == nil, "of no use to the next try")
        }
    }

    /// A block that is whole in itself, in the place of another one.
    @Test func anotherBlockIsNoticed() throws {
        let (whole, _, listing) = try send(try writeRun())
        let blocks = try BlockList(of: RunReader(path: listing), partition: 0)
        let first = blocks.bytes(of: 0..<1)
        let second = blocks.bytes(of: 1..<2)
        try #require(first.count == second.count)
        var changed = whole
        for offset in 0..<first.count {
            changed[8 + second.lowerBound + offset] = whole[8 + first.lowerBound + offset]
        }
        #expect(throws: EngineError.self) {
            try fetch(1..<3, of: changed, listing, step: 1 << 20)
        }
    }

    @Test func moreThanWasAskedForIsAnError() throws {
        let (whole, _, listing) = try send(try writeRun())
        let writer = try PartialSegmentWriter(
            partial: directory("partial"),
            listing: listing,
            blocks: 1..<2
        )
        let bytes = whole[writer.bytes.lowerBound...writer.bytes.upperBound]
        #expect(throws: EngineError.self) {
            try bytes.withUnsafeBytes { try writer.append($0) }
        }
    }

    @Test func aDamagedListIsNoticed() throws {
        let (_, list, _) = try send(try writeRun())
        for index in list.indices {
            var changed = list
            changed[index] ^= 4
            for bytes in [Array(list[..<index]), changed] {
                let sent = try directory.write("changed", bytes)
                #expect(throws: EngineError.self, "byte \(index)") {
                    try PartialSegment.makeListing(of: sent, at: directory("made"))
                }
            }
        }
    }

    @Test func anEmptySegmentHasAnEmptyListing() throws {
        let writer = try RunWriter(path: directory("run"), partitionCount: 1)
        try writer.begin(RunWriter.Output(listsBlocks: true))
        let run = try writer.commit().file.path
        let (whole, list, listing) = try send(run, 0)
        #expect(whole == list)
        #expect(try BlockList(of: RunReader(path: listing), partition: 0).blocks.isEmpty)
        #expect(try Files.read(listing) == whole)
    }

    /// Merges of partial segments are those of the whole ones, and all readers together fetch each
    /// block once, but for those that a cut in another run goes through.
    @Test(arguments: [1, 2, 3, 7])
    func rangesAreReadFromTheirBlocks(_ count: Int) throws {
        let runs = try (0..<3).map { try writeRun("run\($0)", before: $0) }
        let sent = try runs.enumerated().map { index, run in
            let (whole, _, listing) = try send(run, index)
            try Files.rename(listing, to: directory("listing\(index)"))
            return (whole: whole, listing: directory("listing\(index)"))
        }
        let lists = try sent.map { try BlockList(of: RunReader(path: $0.listing), partition: 0) }
        let cuts = RangeCuts(lists, count: count)
        var fetchedCount = 0
        for range in 0..<count {
            let partial = try sent.enumerated().map { run, sent in
                let blocks = cuts.blocks(of: run, range: range)
                fetchedCount += blocks.count
                if blocks.isEmpty { return Segment(run: sent.listing, partition: 0) }
                let path = try fetch(blocks, of: sent.whole, sent.listing, step: 1 << 20)
                try Files.rename(path, to: directory("fetched\(run)"))
                return Segment(run: directory("fetched\(run)"), partition: 0)
            }
            let whole = runs.enumerated().map { Segment(run: $1, partition: $0) }
            #expect(try merged(partial, range, count) == merged(whole, range, count))
        }
        #expect(fetchedCount >= 3 * Self.blockCount)
        #expect(fetchedCount <= 3 * Self.blockCount + 2 * (count - 1))
    }

    private func merged(_ segments: [Segment], _ index: Int, _ count: Int) throws -> [[UInt8]] {
        let (pairs, _, _) = try SegmentMerger.open(
            segments,
            range: SegmentMerger.Range(index: index, count: count),
            width: 8,
            directory: directory.path
        ) {}
        var found: [[UInt8]] = []
        while try pairs.next() { found.append(Array(pairs.key) + pairs.value.prefix(3)) }
        return found
    }
}
