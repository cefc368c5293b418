import MapReduceEngine
import TestSupport
import Testing

/// Pairs in memory, for tests.
final class ArrayCursor: PairCursor {
    private let pairs: [(key: [UInt8], value: [UInt8])]
    private var index = -1
    private var keyCopy = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 8)
    private var valueCopy = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 8)

    init(_ pairs: [(key: [UInt8], value: [UInt8])]) { self.pairs = pairs }

    deinit {
        keyCopy.deallocate()
        valueCopy.deallocate()
    }

    func next() -> Bool {
        // What was lent before is overwritten, as a real cursor's block is.
        index += 1
        guard index < pairs.count else { return false }
        keyCopy.copyBytes(from: pairs[index].key)
        valueCopy.copyBytes(from: pairs[index].value)
        return true
    }

    var key: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: keyCopy.baseAddress, count: pairs[index].key.count)
    }
    var value: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: valueCopy.baseAddress, count: pairs[index].value.count)
    }
}

@Suite struct LoserTreeTests {
    /// Every way to spread the numbers 0..<n over k sorted sources, for all small n and k.
    @Test func everySmallMergeIsSortedAndStable() {
        for sourceCount in 1...5 {
            for itemCount in 0...5 {
                var ways = 1
                for _ in 0..<itemCount { ways *= sourceCount }
                for way in 0..<ways {
                    var sources = [[Int]](repeating: [], count: sourceCount)
                    var rest = way
                    for item in 0..<itemCount {
                        // Two of a kind, so that ties are seen.
                        sources[rest % sourceCount].append(item / 2)
                        rest /= sourceCount
                    }
                    #expect(merge(sources) == naiveMerge(sources), "\(sources)")
                }
            }
        }
    }

    private func naiveMerge(_ sources: [[Int]]) -> [[Int]] {
        sources.enumerated().flatMap { index, items in items.map { [$0, index] } }
            .sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }
    }

    private func merge(_ sources: [[Int]]) -> [[Int]] {
        var heads = [Int](repeating: 0, count: sources.count)
        func precedes(_ a: Int, _ b: Int) -> Bool {
            let itemA = heads[a] < sources[a].count ? sources[a][heads[a]] : .max
            let itemB = heads[b] < sources[b].count ? sources[b][heads[b]] : .max
            return (itemA, a) < (itemB, b)
        }
        var tree = LoserTree(count: sources.count)
        var winner = tree.play { precedes($0, $1) }
        var merged: [[Int]] = []
        while heads[winner] < sources[winner].count {
            merged.append([sources[winner][heads[winner]], winner])
            heads[winner] += 1
            winner = tree.replay { precedes($0, $1) }
        }
        return merged
    }
}

@Suite struct MergeCursorTests {
    @Test func mergesLikeAStableSort() throws {
        try forEachSeed(50) { random in
            let sourceCount = Int.random(in: 0...9, using: &random)
            var all: [(key: [UInt8], value: [UInt8])] = []
            var sources: [[(key: [UInt8], value: [UInt8])]] = []
            for source in 0..<sourceCount {
                var pairs = (0..<Int.random(in: 0...40, using: &random)).map { number in
                    (
                        key: (0..<Int.random(in: 0...12, using: &random)).map { _ in
                            UInt8.random(in: 0...2, using: &random)
                        },
                        value: [UInt8(source), UInt8(number)]
                    )
                }
                pairs = stableSorted(pairs)
                sources.append(pairs)
                all += pairs
            }
            let cursor = MergeCursor(sources.map { ArrayCursor($0) })
            let expected = stableSorted(all)
            var index = 0
            while try cursor.next() {
                #expect(Array(cursor.key) == expected[index].key)
                #expect(Array(cursor.value) == expected[index].value)
                index += 1
            }
            #expect(index == expected.count)
        }
    }
}

/// Sorts by key; pairs of equal keys stay in their order.
func stableSorted(
    _ pairs: [(key: [UInt8], value: [UInt8])]
) -> [(key: [UInt8], value: [UInt8])] {
    pairs.enumerated().sorted { a, b in
        a.element.key == b.element.key
            ? a.offset < b.offset : a.element.key.lexicographicallyPrecedes(b.element.key)
    }.map(\.element)
}

@Suite struct GroupCursorTests {
    private let pairs: [(key: [UInt8], value: [UInt8])] = [
        ([], [0]), ([], [1]), ([1], [2]), ([1, 0], [3]), ([1, 0], [4]), ([1, 0], [5]), ([2], [6]),
    ]

    @Test func groupsAreThoseOfANaiveLoop() throws {
        let groups = GroupCursor(ArrayCursor(pairs))
        var found: [[UInt8]] = []
        while try groups.nextGroup() {
            var group = Array(groups.key) + [99]
            while try groups.nextValue() { group += Array(groups.value) }
            found.append(group)
        }
        #expect(found == [[99, 0, 1], [1, 99, 2], [1, 0, 99, 3, 4, 5], [2, 99, 6]])
        #expect(groups.seen.count == pairs.count)
        #expect(try !groups.nextGroup())
    }

    /// Reading any number of values of each group leaves the next groups as they are.
    @Test(arguments: 0...3)
    func valuesThatAreNotReadAreSkipped(_ most: Int) throws {
        let groups = GroupCursor(ArrayCursor(pairs))
        var keys: [[UInt8]] = []
        while try groups.nextGroup() {
            keys.append(Array(groups.key))
            for _ in 0..<most where try groups.nextValue() {}
        }
        #expect(keys == [[], [1], [1, 0], [2]])
    }
}
