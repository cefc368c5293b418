internal import MapReduceEngine
internal import MapReduceModel

/// The pairs of another cursor, with pairs of equal keys in an order that a seed determines.
final class ShufflingCursor: PairCursor {
    private let source: any PairCursor
    private var random: SeededRandom
    private var keyBytes: [UInt8] = []
    private var values: [[UInt8]] = []
    /// The number of the group's values that were returned.
    private var position = 0
    private var hasBegun = false
    private var isAtEnd = false
    private var current: UnsafeMutableRawBufferPointer

    init(_ source: any PairCursor, seed: UInt64) {
        self.source = source
        random = SeededRandom(seed: seed)
        current = .allocate(byteCount: 0, alignment: 1)
    }

    deinit { current.deallocate() }

    private var keyCount: Int { keyBytes.count }

    var key: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: current[..<keyCount]) }
    var value: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: current[keyCount...]) }

    func next() throws -> Bool {
        if position == values.count, try !readGroup() { return false }
        let value = values[position]
        position += 1
        current.deallocate()
        current = .allocate(byteCount: keyCount + value.count, alignment: 1)
        current.copyBytes(from: keyBytes + value)
        return true
    }

    /// Reads all pairs of the next key.
    private func readGroup() throws -> Bool {
        if !hasBegun {
            hasBegun = true
            isAtEnd = try !source.next()
        }
        guard !isAtEnd else { return false }
        keyBytes = Array(source.key)
        values = []
        position = 0
        repeat {
            values.append(Array(source.value))
            isAtEnd = try !source.next()
        } while !isAtEnd && source.key.elementsEqual(keyBytes)
        values.shuffle(using: &random)
        return true
    }
}

extension TaskContext {
    /// Returns the pairs of a partition, in a different order if a test requests it and a closure
    /// receives the values of a key.
    func shuffledForTest(_ pairs: any PairCursor) -> any PairCursor {
        guard let testConditions, testConditions.shufflesValues, let verb = stage.steps.first?.verb,
            ["reduce", "grouped", "join", "leftJoin", "fullJoin", "cogroup"].contains(verb)
        else { return pairs }
        return ShufflingCursor(pairs, seed: testConditions.seed)
    }
}
