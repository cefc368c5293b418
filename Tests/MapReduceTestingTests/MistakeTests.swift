import MapReduce
import MapReduceTesting
import Testing

/// Lines that read as if they were right, and are an error with their place.
@Suite struct MistakeTests {
    private typealias Body = @Sendable (Pairs<String, Int>) -> Pairs<String, Int>

    private static let pairs = [("a", 1), ("b", 9), ("c", 5), ("d", 7)]

    private static let mistakes: [(body: Body, part: String)] = [
        ({ $0.prefix(-1) }, "prefix(-1) asks for fewer than no pairs"),
        ({ $0.sample(10) }, "sample(10.0) is not a share from 0 to 1"),
        ({ $0.sample(-0.5) }, "sample(-0.5) is not a share"),
        ({ $0.sample(.nan) }, "sample(nan) is not a share"),
        ({ $0.iterate(times: -1) { $0 } }, "iterate(times: -1) has fewer than no rounds"),
        ({ $0.iterate(atMost: 0, until: "x") { $0 } }, "iterate(atMost: 0) has no round"),
        ({ $0.partitioned(into: 0) { _ in 0 } }, "partitioned(into: 0) has no part"),
        (
            { $0.sorted { Descending($1) }.filter { $1 > 1 }.prefix(2) },
            "prefix(2) would take the first pairs by their keys"
        ),
        (
            { pairs in
                pairs.sorted { Descending($1) }.map { key, value, emit in emit(key, value) }
                    .prefix(2)
            }, "put prefix right after sorted"
        ),
        (
            { pairs in
                pairs.sorted().map { key, value, emit in emit("\(9 - value)", value) }.prefix(2)
            }, "put prefix right after sorted"
        ),
        ({ $0.sorted { Descending($1) }.prefix(3).prefix(2) }, "put prefix right after sorted"),
        ({ $0.sorted { Descending($1) }.sample(0.5).prefix(2) }, "put prefix right after sorted"),
    ]

    @Test(arguments: mistakes.indices)
    func aMistakeIsAnErrorWithItsPlace(_ index: Int) throws {
        let (body, part) = Self.mistakes[index]
        let error = #expect(throws: JobError.self) { try collect(pairs: Self.pairs, through: body) }
        let message = try #require(error).message
        #expect(message.contains(part), "\(message)")
        #expect(message.contains(": MistakeTests.swift:"), "\(message)")
        #expect(error?.code == .usage)
    }

    @Test func whatIsRightIsNotRefused() throws {
        let pairs = Self.pairs
        #expect(
            try collect(pairs: pairs) { $0.sorted { Descending($1) }.prefix(2) }
                == ["b": 9, "d": 7]
        )
        // In the order of the keys, what a filter leaves begins with the lowest ones.
        #expect(try collect(pairs: pairs) { $0.sorted().filter { $1 > 1 }.prefix(1) } == ["b": 9])
        let negated = try collect(pairs: pairs) { pairs in
            pairs.sorted { Descending($1) }.prefix(2).map { key, value, emit in emit(key, -value) }
        }
        #expect(negated == ["b": -9, "d": -7])
        #expect(
            try collect(pairs: pairs) { $0.sorted { Descending($1) }.combine(+).prefix(1) }
                == ["a": 1]
        )
        #expect(try collect(pairs: pairs) { $0.iterate(times: 0) { $0 } }.count == 4)
        #expect(try collect(pairs: pairs) { $0.sample(1) }.count == 4)
        #expect(try collect(pairs: pairs) { $0.sample(0) }.isEmpty)
    }

    /// With the numbers of the first choice the second one would keep everything.
    @Test func aShareOfAShareIsSmaller() throws {
        let pairs = (0..<10_000).map { ("key\($0)", $0) }
        let once = try collect(pairs: pairs) { $0.sample(0.3) }
        let twice = try collect(pairs: pairs) { $0.sample(0.3).sample(0.3) }
        #expect((2700...3300).contains(once.count), "\(once.count)")
        #expect((750...1050).contains(twice.count), "\(twice.count)")
    }

    @Test func nothingIsProvedOnNoValues() {
        #expect(throws: LawError.self) { try checkLaws(of: [Int]()) }
        #expect(throws: LawError.self) { try checkAssociative(on: [Int](), +) }
        #expect(throws: LawError.self) { try checkAssociative(on: [1]) { ($0 + $1) / 2 } }
    }
}
