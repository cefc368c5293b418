import ArgumentParser
import MapReduce
import TestSupport
import Testing

private struct Sums: Job {
    func pipeline(_ input: Input) -> Pairs<String, Pair<Int, Int>> {
        let numbers: Pairs<String, Pair<Int, Int>> = input.lines.map { line, emit in
            guard let key = line.field(0, separatedBy: " "),
                let number = line.field(1, separatedBy: " "),
                let value = Int(line.extracting(number))
            else {
                emit.count("bad lines")
                return
            }
            emit(line.extracting(key), Pair(1, value))
        }
        return numbers.combine { a, b in Pair(a.first + b.first, a.second + b.second) }
    }
}

private struct Chain: Job {
    func pipeline(_ input: Input) -> Pairs<String, String> {
        let words: Pairs<String, Int> = input.strings
            .filter { !$0.isEmpty }
            .map { line, emit in
                for word in line.split(separator: " ") { emit(String(word), word.count) }
            }
        let long = words.filter { _, length in length > 1 }
        let firstLetters: Pairs<String, String> = long.map { word, _, emit in
            emit(String(word.prefix(1)), word)
        }
        return firstLetters.reduce { letter, words, emit in
            emit(letter, words.joined(separator: "+"))
        }
    }
}

private struct Concatenation: Job {
    func pipeline(_ input: Input) -> Pairs<String, String> {
        let lines: Pairs<String, String> = input.strings.map { line, emit in
            emit(String(line.prefix(1)), String(line.dropFirst()))
        }
        return lines.combine(+)
    }
}

private struct Smallest: Job {
    @Option var count = 2
    func pipeline(_ input: Input) -> Pairs<Int, Unit> {
        let numbers: Pairs<Int, Unit> = input.strings.map { line, emit in
            emit(Int(line) ?? 0, Unit())
        }
        return count < 0 ? numbers.sorted() : numbers.sorted().prefix(count)
    }
}

private struct FirstOnly: Job {
    func pipeline(_ input: Input) -> Pairs<String, Int> {
        let lines: Pairs<String, Int> = input.strings.map { line, emit in emit(line, 1) }
        return lines.reduce { key, values, emit in
            var values = values
            _ = values.next()
            emit(key, values.count())
        }
    }
}

private struct Failing: Job {
    struct Unhappy: Error, CustomStringConvertible {
        let description = "unhappy"
    }
    func pipeline(_ input: Input) -> Pairs<String, Int> {
        input.strings.map { line, emit in
            if line == "bad" { throw Unhappy() }
            emit(line, 1)
        }
    }
}

private struct NotANumber: Job {
    func pipeline(_ input: Input) -> Pairs<String, Coded<Double>> {
        input.strings.map { line, emit in emit(line, Coded(.nan)) }
    }
}

@Suite struct PipelineTests {
    @Test func combineMergesValuesThatAreNoSingleWord() throws {
        let pairs = try Sums().collect(lines: ["a 1", "b 5", "a 3", "nothing", "b -5"])
        #expect(pairs == ["a": Pair(2, 4), "b": Pair(2, 0)])
    }

    @Test func stepsRunInOnePassAndValuesKeepTheirOrder() throws {
        let pairs = try Chain().collect(lines: ["bat a bee", "", "ant bat"])
        #expect(pairs == ["a": "ant", "b": "bat+bee+bat"])
    }

    @Test func combineKeepsTheOrderOfEmission() throws {
        let pairs = try Concatenation().collect(lines: ["a1", "b2", "a3", "a4", "b5"])
        #expect(pairs == ["a": "134", "b": "25"])
    }

    @Test func sortedAndPrefixGiveTheSmallestKeys() throws {
        let lines = ["5", "-3", "9", "0", "-3"]
        #expect(try Smallest.parse([]).collect(lines: lines) == [-3: Unit(), -3: Unit()])
        #expect(
            try Smallest.parse(["--count=-1"]).collect(lines: lines).map(\.key)
                == [-3, -3, 0, 5, 9]
        )
        #expect(try Smallest.parse(["--count", "0"]).collect(lines: lines).isEmpty)
        #expect(try Smallest.parse(["--count", "9"]).collect(lines: lines).count == 5)
    }

    @Test func valuesThatAreNotReadAreSkipped() throws {
        #expect(
            try FirstOnly().collect(lines: ["x", "y", "x", "x"]) == ["x": 2, "y": 0]
        )
    }

    @Test func noLinesGiveNoPairs() throws {
        #expect(try Sums().collect(lines: []).isEmpty)
    }

    @Test func anErrorNamesTheRecord() throws {
        let error = #expect(throws: JobError.self) {
            try Failing().collect(lines: ["good", "bad"])
        }
        #expect(error?.code == .failed)
        #expect(error?.message.contains("unhappy") ?? false)
        #expect(error?.message.contains("\"bad\"") ?? false)
        #expect(error?.location?.contains("byte 5 (record 2)") ?? false)
    }

    @Test func aValueThatCannotBeEncodedFailsTheJob() {
        #expect(throws: JobError.self) { try NotANumber().collect(lines: ["x"]) }
    }
}
