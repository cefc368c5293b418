import MapReduce
import MapReduceTesting
import TestSupport
import Testing

/// Values can be gone through once; whatever tries it twice is an error with the key in it.
@Suite struct ValuesTests {
    private typealias Body = @Sendable (Values<Int>) -> Int

    private static let pairs = [("fox", 4), ("fox", 2), ("hare", 5), ("fox", 6)]

    private func reduced(_ body: @escaping Body) throws -> CollectedPairs<String, Int> {
        try collect(pairs: Self.pairs) { pairs in
            pairs.reduce { key, values, emit in emit(key, body(values)) }
        }
    }

    private static let secondPasses: [(name: String, body: Body)] = [
        ("sum, then count", { Int(Double($0.sum()) / Double($0.count())) }),
        ("sum, then count, as integers", { $0.sum() / $0.count() }),
        ("count, then sum", { $0.count() + $0.sum() }),
        (
            "two loops",
            { values in
                var sum = 0
                for value in values { sum += value }
                for value in values { sum += value }
                return sum
            }
        ),
        (
            "a loop that stops, then another one",
            { values in
                var sum = 0
                for value in values {
                    sum = value
                    break
                }
                for value in values { sum += value }
                return sum
            }
        ),
        ("an algorithm, then another one", { ($0.max() ?? 0) - ($0.min() ?? 0) }),
        ("map, then reduce", { $0.map { $0 + 1 }.count + $0.reduce(0, +) }),
        ("prefix, then a sum", { Array($0.prefix(1)).count + $0.sum() }),
        ("a search, then a count", { ($0.contains(4) ? 1 : 0) + $0.count() }),
        ("neighbors by two iterators", { zip($0, $0.dropFirst()).map { $0 - $1 }.count }),
        (
            "a lazy sequence twice",
            { values in
                let doubled = values.lazy.map { $0 * 2 }
                return doubled.reduce(0, +) + doubled.reduce(0, +)
            }
        ),
        (
            "a copy, then the values",
            { values in
                var copy = values
                while copy.next() != nil {}
                return values.sum()
            }
        ),
        ("mean, then sum", { Int($0.mean()) + $0.sum() }),
        ("countAndSum, then minAndMax", { $0.countAndSum().sum + ($0.minAndMax()?.max ?? 0) }),
        (
            "an iterator, then a loop",
            { values in
                var iterator = values.makeIterator()
                var sum = iterator.next() ?? 0
                for value in values { sum += value }
                return sum
            }
        ),
    ]

    @Test(arguments: secondPasses.indices)
    func aSecondPassIsAnErrorWithItsKey(_ index: Int) throws {
        let (name, body) = Self.secondPasses[index]
        let error = #expect(throws: JobError.self, "\(name)") { try reduced(body) }
        let message = try #require(error).message
        #expect(message.contains("the values of the key \"fox\" are gone through a second time"))
        #expect(message.contains("Array(values)"), "\(message)")
        #expect(message.contains("reduce at ValuesTests.swift"), "\(message)")
        #expect(message.contains("\n  key: \"fox\""), "\(message)")
        // `check` finds it as well.
        #expect(throws: JobError.self) {
            try check(pairs: Self.pairs) { pairs in
                pairs.reduce { key, values, emit in emit(key, body(values)) }
            }
        }
    }

    private static let onePasses: [(body: Body, fox: Int, hare: Int)] = [
        ({ $0.sum() }, 12, 5),
        ({ $0.count() }, 3, 1),
        ({ Int($0.mean()) }, 4, 5),
        ({ $0.countAndSum().sum / 2 }, 6, 2),
        ({ ($0.minAndMax()?.max ?? 0) * 10 + 1 }, 61, 51),
        ({ $0.reduce(0, +) }, 12, 5),
        ({ $0.max() ?? 0 }, 6, 5),
        ({ Array($0).reversed().first ?? 0 }, 6, 5),
        ({ _ in 1 }, 1, 1),
        ({ $0.dropFirst().reduce(0, +) }, 8, 0),
        // What is left, of values that `next()` has read before.
        (
            { values in
                var values = values
                let first = values.next() ?? 0
                return first * 100 + values.sum()
            }, 408, 500
        ),
        (
            { values in
                var values = values
                while let value = values.next() { if value == 2 { break } }
                return values.count()
            }, 1, 0
        ),
    ]

    @Test(arguments: onePasses.indices)
    func onePassGivesAllValues(_ index: Int) throws {
        let (body, fox, hare) = Self.onePasses[index]
        #expect(try reduced(body) == ["fox": fox, "hare": hare])
        try check(pairs: Self.pairs) { pairs in
            pairs.reduce { key, values, emit in emit(key, body(values)) }
        }
    }

    /// The product of two sides by two loops goes through the second side for each value.
    @Test func theProductOfTwoSidesIsAnError() throws {
        let left = [(Pair("a", 7), 1), (Pair("a", 7), 2)]
        let error = #expect(throws: JobError.self) {
            try collect(pairs: left, with: left) { lefts, rights in
                lefts.cogroup(rights) { key, lefts, rights, emit in
                    for left in lefts { for right in rights { emit(key, left * right) } }
                }
            }
        }
        #expect(try #require(error).message.contains("of the key \"a\", 7 are gone through"))
    }

    @Test func aSecondPassThroughAGroupIsAnError() throws {
        let visits = [(Pair(3, 1), "x"), (Pair(3, 2), "y"), (Pair(4, 1), "z")]
        let error = #expect(throws: JobError.self) {
            try collect(pairs: visits) { visits in
                visits.grouped(by: \.first) { user, visits, emit in
                    emit(user, visits.map { $0.value }.joined() + visits.map { $0.value }.joined())
                }
            }
        }
        let message = try #require(error).message
        #expect(message.contains("the pairs of the key 3 are gone through a second time"))
        let once = try collect(pairs: visits) { visits in
            visits.grouped(by: \.first) { user, visits, emit in
                emit(user, visits.map { $0.value }.joined())
            }
        }
        #expect(once == [3: "xy", 4: "z"])
    }

    // MARK: Sums and means

    @Test func aSumThatDoesNotFitIsAnErrorWithItsKey() throws {
        func sum<Value: FixedWidthInteger & RecordValue>(_ values: [Value]) throws -> Value? {
            try collect(pairs: values.map { (1, $0) }) { pairs in
                pairs.reduce { key, values, emit in emit(key, values.sum()) }
            }.first?.value
        }
        #expect(try sum([Int.max, 1, -1]) == .max)
        #expect(try sum([Int.min, -1, 1, -1, 1]) == .min)
        #expect(try sum([UInt8(200), 55]) == 255)
        for values in [[Int.max, 1], [Int.max, .max, 2], [Int.min, -1]] {
            let error = #expect(throws: JobError.self) { try sum(values) }
            let message = try #require(error).message
            #expect(message.contains("arithmetic overflow"), "\(message)")
            #expect(message.contains("key 1 does not fit Int"), "\(message)")
        }
        #expect(throws: JobError.self) { try sum([UInt8(200), 56]) }
    }

    @Test func meansAreExactAcrossOverflow() throws {
        func mean<Value: FixedWidthInteger & RecordValue>(_ values: [Value]) throws -> Double? {
            try collect(pairs: values.map { (1, $0) }) { pairs in
                pairs.reduce { key, values, emit in emit(key, values.mean()) }
            }.first?.value
        }
        #expect(try mean([1, 2]) == 1.5)
        #expect(try mean([Int.max, .max, .max]) == Double(Int.max))
        #expect(try mean([Int.min, .min]) == Double(Int.min))
        #expect(try mean([UInt8(255), 255, 254]) == 764.0 / 3)
        #expect(try mean([UInt64.max, 0]) == 0x1p63)
        let fractions = try collect(pairs: [("a", 0.5), ("a", 1)]) { pairs in
            pairs.reduce { key, values, emit in emit(key, values.mean()) }
        }
        #expect(fractions == ["a": 0.75])
    }

    @Test func theMeanOfNoValuesIsAnErrorWithItsKey() throws {
        let error = #expect(throws: JobError.self) {
            try collect(pairs: [("a", 1)], with: [("b", 1)]) { lefts, rights in
                lefts.cogroup(rights) { key, lefts, rights, emit in emit(key, lefts.mean()) }
            }
        }
        #expect(try #require(error).message.contains("the key \"b\" has no values here"))
    }
}
