import MapReduceModel
import TestSupport
import Testing

@testable import MapReduceEngine

@Suite struct RangeCutsTests {
    private typealias Record = (key: [UInt8], value: [UInt8])

    /// Writes sorted pairs, whose values make blocks of a few pairs each.
    private func write(_ records: [Record], to path: String, before: Int = 0) throws {
        let writer = try RunWriter(path: path, partitionCount: before + 1)
        for partition in 0..<before {
            try [UInt8(7)].withUnsafeBytes {
                try writer.add(partition: partition, key: $0, value: $0)
            }
        }
        try writer.begin(RunWriter.Output(firstPartition: before, listsBlocks: true))
        for record in records {
            try record.key.withUnsafeBytes { key in
                try record.value.withUnsafeBytes { value in
                    try writer.add(partition: 0, key: key, value: value)
                }
            }
        }
        _ = try writer.commit()
    }

    /// The ranges one after another are the merged pairs: none is missing, doubled or out of order,
    /// whatever the keys are, also where one key has most pairs.
    @Test(arguments: [1, 2, 3, 7])
    func rangesAreThePairsInTheirOrder(_ count: Int) throws {
        try forEachSeed(8) { random in
            let directory = try TemporaryDirectory()
            let keyCount = [1, 2, 5, 1000].randomElement(using: &random) ?? 1
            let runCount = Int.random(in: 1...5, using: &random)
            var all: [(key: [UInt8], run: Int, place: Int)] = []
            let segments = try (0..<runCount).map { run in
                let keys = (0..<Int.random(in: 0...60, using: &random))
                    .map { _ in Int.random(in: 0..<keyCount, using: &random) }.sorted()
                let records = keys.enumerated().map { place, number -> Record in
                    let key = [UInt8(number >> 8), UInt8(number & 255)]
                    all.append((key, run, place))
                    // A quarter of a block each.
                    return (key, [UInt8(run), UInt8(place)] + Array(repeating: 0, count: 20_000))
                }
                let before = Int.random(in: 0...2, using: &random)
                try write(records, to: directory("\(run)"), before: before)
                return Segment(run: directory("\(run)"), partition: before)
            }
            all.sort {
                ($0.key[0], $0.key[1], $0.run, $0.place) < ($1.key[0], $1.key[1], $1.run, $1.place)
            }
            var found: [[UInt8]] = []
            for index in 0..<count {
                let attempt = directory("attempt\(index)")
                try Files.createDirectory(attempt)
                let (pairs, expected, _) = try SegmentMerger.open(
                    segments,
                    range: SegmentMerger.Range(index: index, count: count),
                    width: 2,
                    directory: attempt
                ) {}
                #expect(expected == nil)
                while try pairs.next() { found.append(Array(pairs.key) + pairs.value.prefix(2)) }
            }
            #expect(found == all.map { $0.key + [UInt8($0.run), UInt8($0.place)] })
        }
    }

    /// Blocks of about equal size make ranges of about equal size, also if all keys are the same.
    @Test(arguments: [1, 1000])
    func rangesAreAboutEqual(_ keyCount: Int) throws {
        let lists = (0..<4).map { run in
            var list = BlockList()
            for block in 0..<100 {
                let number = keyCount == 1 ? 0 : block * 10 + run
                list.add(
                    BlockList.Block(
                        firstKey: [UInt8(number >> 8), UInt8(number & 255)],
                        offset: block * 64,
                        byteCount: 64,
                        pairCount: 1
                    )
                )
            }
            return list
        }
        let cuts = RangeCuts(lists, count: 8).cuts
        #expect(cuts.count == 7)
        let places = cuts.map { $0.run * 100 + $0.block }
        if keyCount == 1 { #expect(places == (1..<8).map { $0 * 50 }) }
        #expect(Set(places).count == 7)
    }

    @Test func nothingIsCutIntoEmptyRanges() {
        #expect(RangeCuts([], count: 3).cuts.isEmpty)
        #expect(RangeCuts([BlockList(), BlockList()], count: 3).cuts.isEmpty)
    }

    /// A list of blocks that was changed is a damaged run, and no other answer.
    @Test func aDamagedListIsFound() throws {
        let directory = try TemporaryDirectory()
        let records = (0..<9).map { ([UInt8($0)], Array(repeating: UInt8($0), count: 30_000)) }
        try write(records, to: directory("run"))
        let whole = try Files.read(directory("run"))
        let segment = try RunReader(path: directory("run")).segments[0]
        #expect(segment.listByteCount > 0)
        for offset in segment.offset + segment.pairsByteCount..<whole.count {
            var bytes = whole
            bytes[offset] ^= 0x10
            let path = try directory.write("damaged\(offset)", bytes)
            #expect(throws: EngineError.self, "at \(offset)") {
                let reader = try RunReader(path: path)
                _ = try BlockList(of: reader, partition: 0)
                let cursor = try SegmentCursor(run: reader, partition: 0)
                while try cursor.next() {}
            }
        }
    }
}
