import MapReduceEngine
import TestSupport
import Testing

private func randomKey(_ random: inout SeededGenerator) -> [UInt8] {
    // Few letters, and lengths around those that matter: 8, 15, 16.
    let length = [0, 1, 7, 8, 9, 15, 16, 17, 40].randomElement(using: &random) ?? 0
    return (0..<length).map { _ in UInt8.random(in: 0...1, using: &random) &* 255 }
}

@Suite struct CombiningTableTests {
    /// The table against a dictionary, with sums as values.
    @Test func sumsAsADictionaryDoes() throws {
        try forEachSeed(20) { random in
            let table = try CombiningTable(memoryByteCount: 8 << 20)
            var expected: [[UInt8]: UInt64] = [:]
            for _ in 0..<Int.random(in: 0...20_000, using: &random) {
                let key = randomKey(&random)
                let amount = UInt64.random(in: 0...9, using: &random)
                expected[key, default: 0] += amount
                #expect(try table.makeRoom(keys: 1, arenaBytes: key.count))
                key.withUnsafeBytes { bytes in
                    let (slot, _) = table.slot(of: bytes)
                    slot.pointee.value += amount
                }
            }
            try check(table, expected, partitionCount: Int.random(in: 1...5, using: &random))
        }
    }

    /// Batches of short keys, prepared as an emitter does.
    @Test func addsBatches() throws {
        try forEachSeed(10) { random in
            let table = try CombiningTable(memoryByteCount: 8 << 20)
            let batch = UnsafeMutablePointer<CombiningTable.Slot>.allocate(capacity: 64)
            let key = UnsafeMutablePointer<UInt64>.allocate(capacity: 2)
            defer {
                batch.deallocate()
                key.deallocate()
            }
            var expected: [[UInt8]: UInt64] = [:]
            for _ in 0..<200 {
                for index in 0..<64 {
                    let key = (0..<Int.random(in: 1...15, using: &random)).map { _ in
                        UInt8.random(in: 96...99, using: &random)
                    }
                    expected[key, default: 0] += 1
                    let short = key.withUnsafeBytes { bytes in
                        bytes.baseAddress.map { ShortKey($0, byteCount: bytes.count) }
                    }
                    guard let short else { return }
                    batch[index] = CombiningTable.Slot(
                        word0: short.word0,
                        word1: short.word1,
                        value: 1,
                        hash: KeyHash.mix(0, short.word0, short.word1)
                    )
                }
                #expect(try table.makeRoom(keys: 64))
                table.add(batch, count: 64, noting: key) { $0 + $1 }
            }
            try check(table, expected, partitionCount: 3)
        }
    }

    private func check(
        _ table: CombiningTable,
        _ expected: [[UInt8]: UInt64],
        partitionCount: Int
    ) throws {
        let sorted = expected.map { (key: $0.key, value: $0.value) }.sorted { a, b in
            let partitions = [a.key, b.key].map { key in
                KeyHash.partition(
                    ofHash: key.withUnsafeBytes(KeyHash.hash),
                    count: partitionCount
                )
            }
            return partitions[0] == partitions[1]
                ? a.key.lexicographicallyPrecedes(b.key) : partitions[0] < partitions[1]
        }
        var index = 0
        try table.forEachSorted(partitionCount: partitionCount) { _, key, value in
            #expect(Array(key) == sorted[index].key)
            #expect(value == sorted[index].value)
            index += 1
        }
        #expect(index == sorted.count)
    }

    @Test func saysWhenItsBudgetIsUsedUp() throws {
        let table = try CombiningTable(memoryByteCount: 1 << 20)
        var added = 0
        while try table.makeRoom(keys: 1, arenaBytes: 16) {
            withUnsafeBytes(of: (added, added)) { _ = table.slot(of: $0) }
            added += 1
        }
        #expect(added > 4_000 && added < 16_384)
        table.removeAll()
        #expect(table.count == 0)
        #expect(try table.makeRoom(keys: 1, arenaBytes: 16))
    }

    @Test func holdsAsManyKeysAsItMay() throws {
        let table = try CombiningTable(memoryByteCount: 8 << 20, maxKeyCount: 2)
        for round in 0..<2 {
            for number in 0..<2 {
                #expect(try table.makeRoom(keys: 1))
                withUnsafeBytes(of: (round, number)) { _ = table.slot(of: $0) }
            }
            #expect(try !table.makeRoom(keys: 1))
            table.removeAll()
        }
    }

    @Test func storedValuesAreReplacedInPlaceWhenTheyFit() throws {
        let table = try CombiningTable(memoryByteCount: 1 << 20)
        func store(_ bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes(table.store) }
        let value = store([1, 2, 3])
        #expect([UInt8](1...4).withUnsafeBytes { table.replace(value, with: $0) } == false)
        #expect([UInt8(9), 8].withUnsafeBytes { table.replace(value, with: $0) })
        #expect(Array(table.stored(value)) == [9, 8])
    }
}

@Suite struct SortBufferTests {
    @Test func sortsLikeAStableSort() throws {
        try forEachSeed(20) { random in
            let buffer = try SortBuffer(memoryByteCount: 8 << 20)
            let partitionCount = Int.random(in: 1...4, using: &random)
            var parts = [[(key: [UInt8], value: [UInt8])]](repeating: [], count: partitionCount)
            for number in 0..<Int.random(in: 0...5_000, using: &random) {
                let key = randomKey(&random)
                let value = withUnsafeBytes(of: number) { Array($0) }
                let partition = Int.random(in: 0..<partitionCount, using: &random)
                parts[partition].append((key, value))
                let added = key.withUnsafeBytes { key in
                    value.withUnsafeBytes { value in
                        buffer.add(key: key, value: value, partition: partition)
                    }
                }
                #expect(added)
            }
            let expected = parts.enumerated().flatMap { index, pairs in
                stableSorted(pairs).map { (index, $0.key, $0.value) }
            }
            var index = 0
            try buffer.forEachSorted(partitionCount: partitionCount) { partition, key, value in
                #expect(partition == expected[index].0)
                #expect(Array(key) == expected[index].1)
                #expect(Array(value) == expected[index].2)
                index += 1
            }
            #expect(index == expected.count)
        }
    }

    @Test func saysWhenItsBudgetIsUsedUp() throws {
        let buffer = try SortBuffer(memoryByteCount: 1 << 20)
        var added = 0
        while buffer.add(
            key: UnsafeRawBufferPointer(start: nil, count: 0),
            value: UnsafeRawBufferPointer(start: nil, count: 0),
            partition: 0
        ) { added += 1 }
        #expect(added > 20_000 && added < 40_000)
    }

    @Test func holdsAsManyPairsAsItMay() throws {
        let buffer = try SortBuffer(memoryByteCount: 8 << 20, maxPairCount: 3)
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        for _ in 0..<2 {
            for _ in 0..<3 { #expect(buffer.add(key: nothing, value: nothing, partition: 0)) }
            #expect(!buffer.add(key: nothing, value: nothing, partition: 0))
            buffer.removeAll()
        }
    }
}
