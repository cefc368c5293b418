import MapReduceEngine
import TestSupport
import Testing

@Suite struct KeyHashTests {
    private func hash(_ key: String) -> UInt64 {
        Array(key.utf8).withUnsafeBytes(KeyHash.hash)
    }

    /// Pins the hash: a change here would send keys to other partitions than an older release.
    @Test(
        arguments: [
            ("", 0xaea5_3a51_374a_ab5f),
            ("a", 0xecca_c5ad_c767_d7ca),
            ("the", 0xdfce_13e6_2fc4_5a26),
            ("fifteen bytes!!", 0x3cdb_8ebd_3954_be84),
            ("sixteen bytes!!!", 0x2146_7d6b_f2fc_d23d),
            ("more than thirty-two bytes of a key", 0x0e7d_4ba2_e063_0564),
        ] as [(String, UInt64)]
    )
    func golden(_ key: String, _ expected: UInt64) {
        #expect(hash(key) == expected, "\(key): 0x\(String(hash(key), radix: 16))")
    }

    /// The fast path of an emitter and the hash of bytes agree for all lengths and alignments.
    @Test func shortKeysAreReadAlikeWhereverTheyLie() {
        let page = 4096
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * page, alignment: page)
        defer { memory.deallocate() }
        for index in memory.indices { memory[index] = UInt8(truncatingIfNeeded: index * 7 + 1) }
        for offset in [0, 1, 100, page - 17, page - 16, page - 15, page - 8, page - 1] {
            for count in 1...15 {
                let bytes = UnsafeRawBufferPointer(rebasing: memory[offset..<offset + count])
                guard let start = bytes.baseAddress else { continue }
                let fast = ShortKey(start, byteCount: count)
                let slow = ShortKey(exactly: bytes)
                #expect(fast.word0 == slow.word0 && fast.word1 == slow.word1)
                #expect(KeyHash.mix(0, fast.word0, fast.word1) == KeyHash.hash(bytes))
            }
        }
    }

    @Test func keysSpreadEvenly() {
        for count in [2, 3, 7, 64] {
            var sizes = [Int](repeating: 0, count: count)
            for number in 0..<20_000 {
                sizes[KeyHash.partition(ofHash: hash("word\(number)"), count: count)] += 1
            }
            let even = 20_000 / count
            #expect(sizes.allSatisfy { abs($0 - even) < even / 4 + 50 }, "\(sizes)")
        }
    }

    /// A first word equal to the hash's constant must not lose the second word.
    @Test func noWordIsLost() {
        let bytes: [UInt8] = [0x15, 0x7c, 0x4a, 0x7f, 0xb9, 0x79, 0x37, 0x9e]
        let hashes = (0..<100).map { last in
            (bytes + [UInt8(last)]).withUnsafeBytes(KeyHash.hash)
        }
        #expect(Set(hashes).count == 100)
    }
}

@Suite struct VarintTests {
    @Test func valuesReadBack() {
        var values = [0, 1, 127, 128, 16_383, 16_384, .max]
        for shift in 0..<62 { values += [1 << shift, (1 << shift) - 1] }
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 16, alignment: 8)
        defer { memory.deallocate() }
        guard let base = memory.baseAddress else { return }
        for value in values {
            let count = Varint.write(value, to: base)
            #expect(count <= Varint.maxByteCount)
            var offset = 0
            let bytes = UnsafeRawBufferPointer(rebasing: memory[..<count])
            #expect(Varint.read(bytes, at: &offset) == value)
            #expect(offset == count)
            offset = 0
            #expect(
                Varint.read(UnsafeRawBufferPointer(rebasing: bytes.dropLast()), at: &offset) == nil
            )
        }
    }

    @Test func endlessValuesAreRefused() {
        let bytes = [UInt8](repeating: 0x80, count: 20)
        bytes.withUnsafeBytes { bytes in
            var offset = 0
            #expect(Varint.read(bytes, at: &offset) == nil)
        }
    }
}
