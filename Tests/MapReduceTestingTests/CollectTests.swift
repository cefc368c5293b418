import MapReduce
import MapReduceTesting
import Testing

private struct Spending: Job {
    func pipeline(_ input: Input) -> Pairs<String, Int> {
        let names: Pairs<String, String> = fields(input["users"])
        let amounts: Pairs<String, Int> = fields(input["orders"]).map { user, amount, emit in
            emit(user, Int(amount) ?? 0)
        }
        let spent: Pairs<String, Int> = names.join(amounts) { _, name, amount, emit in
            emit(name, amount)
        }
        return spent.combine(+)
    }

    private func fields(_ input: Input) -> Pairs<String, String> {
        input.strings.map { line, emit in
            let fields = line.split(separator: " ")
            emit(String(fields[0]), String(fields[1]))
        }
    }
}

private struct FileNames: Job {
    func pipeline(_ input: Input) -> Pairs<String, String> {
        input.strings.map { line, emit in emit(emit.split.fileName, line) }
    }
}

private struct Sorting: Job {
    func pipeline(_ input: Input) -> Outputs {
        let numbers: Pairs<Int, Unit> = input.strings.map { line, emit in
            if let number = Int(line) { emit(number, Unit()) } else { emit.count("words") }
        }
        let words: Pairs<String, Int> = input.strings.map { line, emit in
            if Int(line) == nil { emit(line, line.count) }
        }
        return ["numbers": numbers.sorted(), "words": words.sorted()]
    }
}

@Suite struct CollectTests {
    private static let inputs: TestInputs = [
        "users": ["1 ada", "2 bob"],
        "orders": .files(["monday": "1 20\n2 70\n", "tuesday": "1 5\n3 1\n"]),
    ]

    @Test func namedInputsAreJoined() throws {
        #expect(try Spending().collect(inputs: Self.inputs) == ["ada": 25, "bob": 70])
        #expect(try Spending().check(inputs: Self.inputs) == ["ada": 25, "bob": 70])
    }

    @Test func filesHaveTheirNamesAndKeepTheirOrder() throws {
        let files: TestInputs = .files(["b.txt": "x\ny", "a.txt": TestFile(Array("z".utf8))])
        #expect(
            try FileNames().collect(inputs: files) == ["b.txt": "x", "b.txt": "y", "a.txt": "z"]
        )
        try FileNames().check(inputs: files)
    }

    @Test func anInputThatIsMissingOrNotReadIsAnError() {
        let missing = #expect(throws: JobError.self) {
            try Spending().collect(inputs: ["users": ["1 ada"]])
        }
        #expect(missing?.message.contains("\"orders\"") ?? false)
        let unknown = #expect(throws: JobError.self) {
            try FileNames().collect(inputs: ["": ["x"], "others": ["y"]])
        }
        #expect(unknown?.message.contains("\"others\"") ?? false)
        #expect(throws: JobError.self) {
            try FileNames().collect(inputs: .files(["../x": "y"]))
        }
    }

    @Test func outputsAreCollectedByTheirNames() throws {
        for outputs in [
            try Sorting().collect(lines: ["3", "cat", "1"]),
            try Sorting().check(lines: ["3", "cat", "1"]),
        ] {
            #expect(outputs.names == ["numbers", "words"])
            let numbers: CollectedPairs<Int, Unit> = try outputs["numbers"]
            #expect(numbers == [1: Unit(), 3: Unit()])
            let words: CollectedPairs<String, Int> = try outputs["words"]
            #expect(words == ["cat": 3])
            #expect(outputs.counters == ["words": 1])
            #expect(words.counters == ["words": 1])
        }
    }

    @Test func otherTypesAndNamesAreErrors() throws {
        let outputs = try Sorting().collect(lines: ["3"])
        let types = #expect(throws: JobError.self) {
            let _: CollectedPairs<String, Int> = try outputs["numbers"]
        }
        #expect(types?.message.contains("Int and Unit, not of String and Int") ?? false)
        let name = #expect(throws: JobError.self) {
            let _: CollectedPairs<String, Int> = try outputs["number"]
        }
        #expect(name?.message.contains("numbers, words") ?? false)
    }

    @Test func verbsRunOnPairsOfTheTest() throws {
        let pairs = [("a", 1), ("b", 2), ("a", 3)]
        #expect(try collect(pairs: pairs) { $0.combine(+) } == ["a": 4, "b": 2])
        #expect(try check(pairs: pairs) { $0.combine(+) } == ["a": 4, "b": 2])
        let none: [(String, Int)] = []
        #expect(try check(pairs: none) { $0.combine(+) }.isEmpty)
    }

    @Test func verbsRunOnTwoDatasets() throws {
        let names = [(1, "ada"), (2, "bob")]
        let amounts = [(1, 20), (3, 1), (1, 5)]
        func join(_ names: Pairs<Int, String>, _ amounts: Pairs<Int, Int>) -> Pairs<String, Int> {
            names.join(amounts) { _, name, amount, emit in emit(name, amount) }
        }
        #expect(
            try collect(pairs: names, with: amounts, through: join) == ["ada": 20, "ada": 5]
        )
        try check(pairs: names, with: amounts, through: join)
    }

    @Test func aClosureThatThrowsFailsWithItsPlace() {
        let error = #expect(throws: JobError.self) {
            try collect(pairs: [("a", 1)]) { pairs in
                let failing: Pairs<String, Int> = pairs.map { _, _, _ in throw Unhappy() }
                return failing
            }
        }
        #expect(error?.message.contains("CollectTests.swift") ?? false)
        #expect(error?.message.contains("unhappy") ?? false)
    }
}

private struct Unhappy: Error, CustomStringConvertible {
    let description = "unhappy"
}
