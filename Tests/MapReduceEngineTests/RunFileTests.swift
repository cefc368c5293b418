import MapReduceModel
import TestSupport
import Testing

@testable import MapReduceEngine

private typealias Record = (partition: Int, key: [UInt8], value: [UInt8])

private func write(
    _ records: [Record],
    to path: String,
    partitionCount: Int,
    limit: Int? = nil
) throws -> FinishedRun {
    let writer = try RunWriter(path: path, partitionCount: partitionCount)
    try writer.begin(RunWriter.Output(limit: limit))
    for record in records {
        try record.key.withUnsafeBytes { key in
            try record.value.withUnsafeBytes { value in
                try writer.add(partition: record.partition, key: key, value: value)
            }
        }
    }
    return try writer.commit()
}

private func read(_ path: String) throws -> [Record] {
    let run = try RunReader(path: path)
    var records: [Record] = []
    for partition in run.segments.indices {
        let cursor = try SegmentCursor(run: run, partition: partition)
        while try cursor.next() {
            records.append((partition, Array(cursor.key), Array(cursor.value)))
        }
    }
    return records
}

extension PairChecksum {
    fileprivate mutating func add(key: [UInt8], value: [UInt8]) {
        let keyHash = key.withUnsafeBytes { KeyHash.hash($0) }
        add(hash: value.withUnsafeBytes { KeyHash.hash(ofValue: $0, keyHash: keyHash) })
    }

    fileprivate init(of records: [Record]) {
        self.init()
        for record in records { add(key: record.key, value: record.value) }
    }
}

private func expectEqual(_ a: [Record], _ b: [Record]) {
    #expect(a.map(\.partition) == b.map(\.partition))
    #expect(a.map(\.key) == b.map(\.key))
    #expect(a.map(\.value) == b.map(\.value))
}

@Suite struct RunFileTests {
    @Test func readsBackWhatWasWritten() throws {
        let directory = try TemporaryDirectory()
        try forEachSeed(20) { random in
            let partitionCount = Int.random(in: 1...6, using: &random)
            var records: [Record] = []
            for partition in 0..<partitionCount where Bool.random(using: &random) {
                for _ in 0..<Int.random(in: 1...200, using: &random) {
                    // Some pairs are larger than a block.
                    let most = Int.random(in: 0..<50, using: &random) == 0 ? 200_000 : 300
                    let count = Int.random(in: 0...most, using: &random)
                    records.append(
                        (
                            partition, [UInt8](repeating: 7, count: count / 3),
                            [UInt8](repeating: 9, count: count)
                        )
                    )
                }
            }
            let path = directory("\(UInt64.random(in: 0 ... .max, using: &random)).run")
            let file = try write(records, to: path, partitionCount: partitionCount)
            #expect(file.file.recordCount == records.count)
            #expect(try readFile(path).count == file.file.byteCount)
            expectEqual(try read(path), records)
        }
    }

    @Test func keepsNoMoreThanItsLimit() throws {
        let directory = try TemporaryDirectory()
        let records: [Record] = [(0, [1], []), (0, [2], []), (0, [3], []), (2, [1], [])]
        _ = try write(records, to: directory("run"), partitionCount: 3, limit: 2)
        expectEqual(try read(directory("run")), [records[0], records[1], records[3]])
    }

    /// Pins the bytes: a change here is a new version of the format.
    @Test func goldenBytes() throws {
        let directory = try TemporaryDirectory()
        let path = directory("golden.run")
        _ = try write(
            [(0, Array("cat".utf8), [0, 1]), (0, Array("dog".utf8), [0, 2]), (2, [], [255])],
            to: path,
            partitionCount: 3
        )
        let hex = try readFile(path).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        let golden = try readText(
            packageRoot + "/Tests/MapReduceEngineTests/Golden/run-v2.hex"
        )
        #expect(hex.joined() == golden.filter { !$0.isWhitespace })
    }

    /// The sum of a run's pairs does not depend on their order, nor on how they lie in partitions;
    /// a pair more or less, or with another key or value, changes it.
    @Test func theChecksumOfPairsIsThatOfASet() throws {
        let directory = try TemporaryDirectory()
        func sum(_ records: [Record]) throws -> PairChecksum {
            try write(records, to: directory("run"), partitionCount: 2).pairs
        }
        let pairs: [Record] = [(0, [1], [2]), (0, [1], [3]), (0, [], [1, 2]), (0, [1, 2], [])]
        let whole = try sum(pairs)
        #expect(whole == PairChecksum(of: pairs) && whole.count == 4)
        #expect(try sum(pairs.reversed()) == whole)
        #expect(try sum(pairs.prefix(1) + pairs.dropFirst().map { (1, $0.key, $0.value) }) == whole)
        for index in pairs.indices {
            var fewer = pairs
            fewer.remove(at: index)
            #expect(try sum(fewer).hashSum != whole.hashSum)
            var others = pairs
            others[index].value.append(0)
            #expect(try sum(others).hashSum != whole.hashSum)
            others = pairs
            others[index].key.append(0)
            #expect(try sum(others).hashSum != whole.hashSum)
        }
    }

    /// What is in a run is not what was collected: no output, but an error that says how many.
    @Test(arguments: [-1, 0, 1])
    func pairsThatWereLostOnTheWayAreMissed(_ difference: Int) throws {
        let directory = try TemporaryDirectory()
        let output = ShuffleWriter(
            directory: directory.path,
            partitionCount: 1,
            mergeWidth: 2,
            merger: nil
        )
        let fill = { (writer: RunWriter) in
            try [UInt8(1)].withUnsafeBytes { key in
                try writer.add(partition: 0, key: key, value: key)
            }
        }
        try output.spill(fill)
        var collected = PairChecksum(count: 2 + difference)
        collected.hashSum = difference == 0 ? 1 : PairChecksum(of: [(0, [1], [1])]).hashSum &* 2
        let error = #expect(throws: EngineError.self) {
            try output.finish(
                collected: collected,
                into: RunWriter(path: directory("run"), partitionCount: 1),
                fill
            )
        }
        #expect(error?.kind == .notConserved)
        let message = error?.message ?? ""
        #expect(
            message.contains(
                difference == 0
                    ? "2 pairs are not those" : "\(2 + difference) pairs went in, and 2 came out"
            ),
            "\(message)"
        )
    }

    @Test func everyFlippedBitIsFound() throws {
        let directory = try TemporaryDirectory()
        let path = directory("run")
        let records: [Record] = [
            (0, Array("cat".utf8), [0, 1]), (0, Array("dog".utf8), [0, 2]), (1, [5], [255]),
        ]
        _ = try write(records, to: path, partitionCount: 2)
        let whole = try readFile(path)
        for index in whole.indices {
            for bit in 0..<8 {
                var damaged = whole
                damaged[index] ^= 1 << UInt8(bit)
                let copy = try directory.write("damaged", damaged)
                let error = #expect(throws: EngineError.self, "byte \(index), bit \(bit)") {
                    _ = try read(copy)
                }
                #expect(error?.kind == .fetchFailed)
            }
        }
    }

    /// No writer makes small blocks, but whoever sends a segment may.
    @Test func smallBlocksAreReadOnce() throws {
        let directory = try TemporaryDirectory()
        let blockCount = 4000
        let pair: [UInt8] = [0, 0]
        var header = [UInt8](repeating: 0, count: RunFormat.blockHeaderByteCount)
        header[0] = UInt8(pair.count)
        header[4] = UInt8(pair.count)
        let checksum = pair.withUnsafeBytes { Checksum.of($0) }
        for index in 0..<4 {
            header[12 + index] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * index))
        }
        var headers = Checksum()
        for _ in 0..<blockCount { header.withUnsafeBytes { headers.add($0) } }
        let blocks = Array(repeating: header + pair, count: blockCount).flatMap(\.self)
        let segment = SegmentIndex(
            offset: RunFormat.headerByteCount,
            byteCount: blocks.count,
            pairs: PairChecksum(count: blockCount),
            checksum: headers.value
        )
        let run = RunFormat.header + blocks + RunFormat.tail([segment])
        let path = try directory.write("run", run)
        let before = try readByteCount()
        #expect(try read(path).count == blockCount)
        #expect(try readByteCount() - before < 2 * run.count)
    }

    /// Bytes that this thread has asked the system for.
    private func readByteCount() throws -> Int {
        let fields = try readText("/proc/thread-self/io").split(whereSeparator: \.isWhitespace)
        return try #require(Int(fields[1]))
    }

    @Test func everyTruncationIsFound() throws {
        let directory = try TemporaryDirectory()
        let path = directory("run")
        _ = try write([(0, [1, 2, 3], [4])], to: path, partitionCount: 1)
        let whole = try readFile(path)
        for count in 0..<whole.count {
            let copy = try directory.write("cut", whole.prefix(count))
            #expect(throws: EngineError.self, "cut to \(count)") { _ = try read(copy) }
        }
    }

    /// Random changes of random runs: an error or the same records, never a trap.
    @Test func damagedRunsNeverTrap() throws {
        let directory = try TemporaryDirectory()
        try forEachSeed(300) { random in
            let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            var file = bytes
            if Bool.random(using: &random) {
                _ = try write([(0, [1], bytes)], to: directory("whole"), partitionCount: 1)
                file = try readFile(directory("whole"))
                try Files.remove(directory("whole"))
                for _ in 0..<Int.random(in: 1...6, using: &random) {
                    file[Int.random(in: 0..<file.count, using: &random)] =
                        UInt8.random(in: 0...255, using: &random)
                }
            }
            let copy = try directory.write("damaged", file)
            do { _ = try read(copy) } catch { #expect(error is EngineError) }
        }
    }

    @Test func aMissingRunIsAFailedFetch() throws {
        let error = #expect(throws: EngineError.self) { try RunReader(path: "/nowhere/run") }
        #expect(error?.kind == .fetchFailed)
    }

    @Test func anUncommittedRunHasNoName() throws {
        let directory = try TemporaryDirectory()
        _ = try RunWriter(path: directory("run"), partitionCount: 1)
        #expect(try directory.names() == ["run.partial"])
    }
}

@Suite struct ShuffleTests {
    private final class Concatenation: ValueMerger {
        var bytes: [UInt8] = []
        func start(_ value: UnsafeRawBufferPointer) { bytes = Array(value) }
        func add(_ value: UnsafeRawBufferPointer) { bytes += Array(value) }
        func finish() -> UnsafeRawBufferPointer {
            let copy = UnsafeMutableRawBufferPointer.allocate(
                byteCount: max(bytes.count, 1),
                alignment: 1
            )
            copy.copyBytes(from: bytes)
            kept.append(copy)
            return UnsafeRawBufferPointer(rebasing: copy[..<bytes.count])
        }
        private var kept: [UnsafeMutableRawBufferPointer] = []
        deinit { for copy in kept { copy.deallocate() } }
    }

    /// Spills merged with any width are one sorted run, whose values are in the order of emission.
    @Test(arguments: [2, 3, 64], [false, true])
    func spillsBecomeOneRun(_ width: Int, _ merging: Bool) throws {
        let directory = try TemporaryDirectory()
        let output = ShuffleWriter(
            directory: directory.path,
            partitionCount: 2,
            mergeWidth: width,
            merger: merging ? Concatenation() : nil
        )
        func fill(_ number: Int) -> ShuffleWriter.Fill {
            { writer in
                for partition in 0..<2 {
                    for key in UInt8(0)..<3 {
                        try [key].withUnsafeBytes { key in
                            try [UInt8(number)].withUnsafeBytes { value in
                                try writer.add(partition: partition, key: key, value: value)
                            }
                        }
                    }
                }
            }
        }
        for number in 0..<9 { try output.spill(fill(number)) }
        var collected = PairChecksum()
        for number in 0..<10 {
            for _ in 0..<2 {
                for key in UInt8(0)..<3 { collected.add(key: [key], value: [UInt8(number)]) }
            }
        }
        let writer = try RunWriter(path: directory("run"), partitionCount: 2)
        let pairs = try output.finish(
            collected: merging ? nil : collected,
            into: writer,
            fill(9)
        )
        let run = try writer.commit()
        #expect(pairs == run.pairs)
        let records = try read(run.file.path)
        #expect(run.pairs == PairChecksum(of: records))
        #expect(merging || run.pairs == collected)
        let values = Array(UInt8(0)..<10)
        for partition in 0..<2 {
            for key in UInt8(0)..<3 {
                let found = records.filter { $0.partition == partition && $0.key == [key] }
                #expect(found.flatMap(\.value) == values)
                #expect(found.count == (merging ? 1 : 10))
            }
        }
        #expect(output.counters[BuiltInCounter.spills] == 9)
        #expect(try directory.names().count == 1, "merged runs are removed")
    }

    /// Any number of runs is merged with any width into the same pairs.
    @Test(arguments: [1, 2, 3, 5, 17], [2, 3, 64])
    func segmentsMergeInTheOrderOfTheirRuns(_ runCount: Int, _ width: Int) throws {
        let directory = try TemporaryDirectory()
        try Files.createDirectory(directory("attempt"))
        let paths = try (0..<runCount).map { number in
            try write(
                [(0, [9], []), (1, [1], [UInt8(number)]), (1, [2], [UInt8(number)])],
                to: directory("\(number).run"),
                partitionCount: 2
            ).file.path
        }
        let clock = PhaseClock()
        let (pairs, expected, _) = try PhaseClock.$current.withValue(clock) {
            try SegmentMerger.open(
                paths.map { Segment(run: $0, partition: 1) },
                width: width,
                directory: directory("attempt")
            ) {}
        }
        #expect(clock.times.write == 0, "what a pass of a merge writes is part of merging")
        var found: [[UInt8]] = []
        while try pairs.next() { found.append(Array(pairs.key) + Array(pairs.value)) }
        for path in paths { #expect(try Files.kind(of: path) == .file, "a map's run stays") }
        var sum = PairChecksum()
        for pair in found { sum.add(key: [pair[0]], value: [pair[1]]) }
        #expect(expected == sum)
        let numbers = (0..<runCount).map { UInt8($0) }
        #expect(found == numbers.map { [1, $0] } + numbers.map { [2, $0] })
    }
}
