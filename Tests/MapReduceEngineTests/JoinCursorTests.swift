import MapReduceModel
import TestSupport
import Testing

@testable import MapReduceEngine

@Suite struct JoinCursorTests {
    /// Pairs of numbers below 256, in memory.
    private final class Pairs: PairCursor {
        private let pairs: [(UInt8, UInt8)]
        private var index = -1
        private let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 2, alignment: 1)

        init(_ pairs: [(UInt8, UInt8)]) { self.pairs = pairs }
        deinit { bytes.deallocate() }

        func next() -> Bool {
            index += 1
            guard index < pairs.count else { return false }
            (bytes[0], bytes[1]) = pairs[index]
            return true
        }
        var key: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[..<1]) }
        var value: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[1...]) }
    }

    /// All datasets of up to three keys on three sides: each key comes once, in order, with the
    /// values that each side has, however many of them are read.
    @Test(arguments: [0, 1, 9])
    func everyKeyComesOnceWithItsValues(_ readCount: Int) throws {
        // Pairs of each of three keys on a side: 0, 1 or 2.
        let sides = (0..<27).map { [$0 % 3, $0 / 3 % 3, $0 / 9] }
        for first in sides {
            for second in sides {
                let third = sides[(first[0] + 5 * second[1]) % 27]
                let counts = [first, second, third]
                let join = JoinCursor(counts.map { GroupCursor(Pairs(Self.pairs($0))) })
                var found: [String] = []
                while try join.next() {
                    var text = "\(join.key[0]):"
                    for side in 0..<3 {
                        var values: [UInt8] = []
                        if join.hasKey(side) {
                            while values.count < readCount, try join.sides[side].nextValue() {
                                values.append(join.sides[side].value[0])
                            }
                        }
                        text += " \(join.hasKey(side)) \(values)"
                    }
                    found.append(text)
                }
                let expected = (0..<3).compactMap { key -> String? in
                    guard counts.contains(where: { $0[key] > 0 }) else { return nil }
                    return "\(key):"
                        + counts.map { side in
                            " \(side[key] > 0) \(Array((0..<side[key]).prefix(readCount)))"
                        }.joined()
                }
                #expect(found == expected, "\(counts)")
            }
        }
    }

    private static func pairs(_ counts: [Int]) -> [(UInt8, UInt8)] {
        counts.enumerated().flatMap { key, count in (0..<count).map { (UInt8(key), UInt8($0)) } }
    }

    @Test func theHeaviestKeyIsNoted() throws {
        let groups = GroupCursor(Pairs([(1, 0), (2, 0), (2, 1), (2, 2), (3, 0), (3, 1)]))
        #expect(groups.heaviest.count == 0)
        while try groups.nextGroup() {}
        #expect(groups.heaviest.key == [2])
        #expect(groups.heaviest.count == 3)
        let last = GroupCursor(Pairs([(1, 0), (2, 0), (2, 1)]))
        while try last.nextGroup() { while try last.nextValue() {} }
        #expect(last.heaviest == ([2], 2))
    }
}
