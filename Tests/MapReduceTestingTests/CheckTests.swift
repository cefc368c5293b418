import MapReduce
import MapReduceTesting
import Synchronization
import TestSupport
import Testing

/// What `check` must find, each on a handful of records, and what it must not report.
@Suite struct CheckTests {
    private static let numbers = [("a", 1), ("b", 2), ("a", 2), ("a", 7), ("b", 5), ("a", 4)]

    private func failure(
        _ options: CheckOptions = CheckOptions(),
        _ pipeline: (Pairs<String, Int>) -> Pairs<String, Int>
    ) throws -> String {
        let error = #expect(throws: CheckError.self) {
            try check(pairs: Self.numbers, under: options, through: pipeline)
        }
        return try #require(error).message
    }

    // MARK: What is wrong

    @Test func aMeanIsFound() throws {
        let message = try failure { $0.combine { a, b in (a + b) / 2 } }
        #expect(message.contains("combine at CheckTests.swift:\(#line - 1)"), "\(message)")
        #expect(message.contains("not associative: merge(merge(1, 2), 7) is 4"), "\(message)")
        #expect(message.contains("and merge(1, merge(2, 7)) is 2"), "\(message)")
        #expect(message.contains("SEED=1 repeats it"), "\(message)")
    }

    @Test func aSubtractionIsFound() throws {
        #expect(try failure { $0.combine(-) }.contains("not associative"))
    }

    /// The settings reach the engine: without a look at the closure, results differ.
    @Test func otherSettingsMergeInOtherGroups() throws {
        let lines = ["a 1", "a 2", "a 7", "a 4", "a 11", "a 3"].map { $0 + "\n" }.joined()
        let file = GivenFile(name: "lines", bytes: Array(lines.utf8))
        func mean(_ change: (inout TestConditions) -> Void) throws -> Double {
            var conditions = TestConditions()
            change(&conditions)
            return try CheckRunner.with(
                name: "means",
                inputs: ["": [file]],
                pipeline: Means().pipeline
            ) { runner in
                let pairs = try CollectedPairs<String, Double>(runner.run(conditions), output: "")
                return try #require(pairs.first).value
            }
        }
        let plain = try mean { _ in }
        #expect(plain == 5.28125)
        let spilled = try mean {
            $0.pairsPerSpill = 1
            $0.mergeWidth = 2
        }
        // 1 and 2, 7 and 4, 11 and 3; then the first two of these; then the two that are left.
        #expect(spilled == 5.25)
        let cut = try mean { $0.splitCount = 2 }
        // 1, 2 and 7 in one task, the others in the other one.
        #expect(cut == 4.75)
    }

    @Test func aMeanInAJobIsFound() throws {
        let error = #expect(throws: CheckError.self) {
            try Means().check(
                lines: ["a 1", "a 2", "b 2", "a 7", "b 5", "a 4"],
                under: CheckOptions(count: 8)
            )
        }
        #expect(try #require(error).message.contains("CheckTests.swift"))
    }

    @Test func aClosureThatIsNotDeterministicIsFound() throws {
        let calls = Mutex(0)
        let message = try failure { pairs in
            pairs.map { key, value, emit in
                emit(
                    key,
                    value
                        + calls.withLock {
                            $0 += 1
                            return $0
                        }
                )
            }
        }
        #expect(message.contains("is not deterministic"), "\(message)")
        #expect(message.contains("map at CheckTests.swift"), "\(message)")
    }

    @Test func aCombineThatIsNotDeterministicIsFound() throws {
        let calls = Mutex(0)
        let message = try failure { pairs in
            pairs.combine { a, b in
                a + b
                    + calls.withLock {
                        $0 += 1
                        return $0
                    }
            }
        }
        #expect(message.contains("determin") || message.contains("two results"), "\(message)")
    }

    @Test func aReduceThatTakesTheFirstIsFoundWhereOrderShallNotMatter() throws {
        let first: (Pairs<String, Int>) -> Pairs<String, Int> = { pairs in
            pairs.reduce { key, values, emit in
                for value in values.prefix(1) { emit(key, value) }
            }
        }
        let line = #line - 4
        let message = try failure(CheckOptions(orderOfValuesMatters: false), first)
        #expect(message.contains("the key a has the value 1 in one run"), "\(message)")
        #expect(message.contains("reduce at CheckTests.swift:\(line)"), "\(message)")
        // The engine keeps the order, so a job may build on it.
        #expect(try check(pairs: Self.numbers, through: first) == ["a": 1, "b": 2])
    }

    @Test func aJobThatDependsOnTheNumberOfPartsIsFound() throws {
        let error = #expect(throws: CheckError.self) {
            try check(pairs: (0..<40).map { ("key\($0)", 1) }) { pairs in
                let counts: Pairs<String, Int> = pairs.combine(+)
                let same: Pairs<Int, String> = counts.map { key, count, emit in emit(count, key) }
                return same.sorted().prefix(1)
            }
        }
        #expect(try #require(error).message.contains("3 reducers"))
    }

    /// Two runs may agree by chance; that the plans differ is found before.
    @Test func aPipelineThatDiffersFromCallToCallIsFound() throws {
        let calls = Mutex(0)
        let message = try failure { pairs in
            let isEven = calls.withLock {
                $0 += 1
                return $0 % 4 != 0
            }
            return isEven ? pairs.combine(+) : pairs.reduce { $2($0, $1.sum()) }
        }
        #expect(message.contains("pipeline(_:) describes different plans"), "\(message)")
        #expect(message.contains("combine at CheckTests.swift:"), "\(message)")
        #expect(message.contains("reduce at CheckTests.swift:"), "\(message)")
    }

    @Test func aRunThatFailsIsNamed() throws {
        let calls = Mutex(0)
        let error = #expect(throws: CheckError.self) {
            try check(pairs: [("a", 1)]) { pairs in
                let counted: Pairs<String, Int> = pairs.map { key, value, emit in
                    if calls.withLock({
                        $0 += 1
                        return $0
                    }) > 1 {
                        throw SecondCall()
                    }
                    emit(key, value)
                }
                return counted
            }
        }
        #expect(try #require(error).message.contains("the job fails in one run"))
    }

    private struct SecondCall: Error {}

    // MARK: What is right

    @Test func rightJobsAreNotReported() throws {
        try forEachSeed(2) { random in
            let options = CheckOptions(seed: random.next())
            let anyOrder = CheckOptions(orderOfValuesMatters: false, seed: random.next())
            let pairs = (0..<25).map { _ in
                (
                    ["a", "b", "c", "a rather long key"].randomElement(using: &random) ?? "a",
                    Int.random(in: -9...9, using: &random)
                )
            }
            try check(pairs: pairs, under: anyOrder) { $0.combine(+) }
            try check(pairs: pairs, under: anyOrder) { $0.combine(max) }
            try check(pairs: pairs, under: anyOrder) { pairs in
                pairs.reduce { key, values, emit in emit(key, values.sum()) }
            }
            // Associative and not commutative; values that do not fit a slot.
            try check(pairs: pairs.map { ($0, ["\($1)"]) }, under: options) { $0.combine(+) }
            try check(pairs: pairs, under: options) { pairs in
                pairs.reduce { key, values, emit in emit(key, "\(Array(values))") }
            }
            try check(pairs: pairs, under: options) { $0.sorted() }
            try check(pairs: pairs, under: options) { $0.sorted().prefix(3) }
            try check(pairs: pairs, with: pairs, under: anyOrder) { a, b in
                a.cogroup(b.combine(+)) { key, values, sums, emit in
                    emit(key, values.sum() + sums.sum())
                }
            }
        }
    }

    // MARK: Numbers with fractions

    private static let fractions = [0.1, 0.2, 0.3, 1e9, 0.7, -1e9, 0.11].map { ("a", $0) }

    @Test func sumsOfFractionsNeedATolerance() throws {
        let error = #expect(throws: CheckError.self) {
            try check(pairs: Self.fractions) { $0.combine(+) }
        }
        #expect(try #require(error).message.contains("not associative"))
        let small = [0.1, 0.2, 0.3, 0.7, 0.11].map { ("a", $0) }
        let hinted = #expect(throws: CheckError.self) {
            try check(pairs: small) { $0.combine(+) }
        }
        #expect(try #require(hinted).message.contains("tolerance: 1e-9"))
        try check(pairs: small, under: CheckOptions(tolerance: 1e-9)) { $0.combine(+) }
        try check(pairs: small.map { ($0, [$1, 2]) }, under: CheckOptions(tolerance: 1e-9)) {
            pairs in
            pairs.combine { a, b in [a[0] + b[0], a[1] + b[1]] }
        }
    }

    @Test func aToleranceDoesNotHideAMean() {
        let pairs = [1.0, 2, 7, 4].map { ("a", $0) }
        #expect(throws: CheckError.self) {
            try check(pairs: pairs, under: CheckOptions(tolerance: 1e-9)) { pairs in
                pairs.combine { a, b in (a + b) / 2 }
            }
        }
    }
}

private struct Means: Job {
    func pipeline(_ input: Input) -> Pairs<String, Double> {
        let numbers: Pairs<String, Double> = input.strings.map { line, emit in
            let fields = line.split(separator: " ")
            emit(String(fields[0]), Double(fields[1]) ?? 0)
        }
        return numbers.combine { a, b in (a + b) / 2 }
    }
}
