import MapReduce
import MapReduceModel
import TestSupport
import Testing

/// Counts the lines that a side file does not have.
private struct Others: Job {
    func pipeline(_ input: Input) throws -> Pairs<String, Int> {
        let known = Set(try input["any"].file("known").lines())
        let lines: Pairs<String, Int> = input.strings.map { line, emit in
            if !known.contains(line) { emit(line, 1) }
        }
        return lines.combine(+)
    }
}

/// Tells what a side file has.
private struct Contents: Job {
    func pipeline(_ input: Input) throws -> Pairs<String, Int> {
        let file = try input.file("f")
        let lines: Pairs<String, Int> = input.lines.map { _, emit in
            emit("name \(file.name)", 1)
            emit("\(try file.text().utf8.count) bytes", try file.bytes().count)
            for line in try file.lines() { emit("<\(line)>", 1) }
        }
        return lines.combine(+)
    }
}

@Suite struct SideFileTests {
    @Test func isGivenAsTextInTests() throws {
        let counts = try Others().collect(lines: ["a", "b", "c"], files: ["known": "b\nx"])
        #expect(counts == ["a": 1, "c": 1])
    }

    @Test func whatIsMissingOrUnusedIsAnError() throws {
        let missing = #expect(throws: JobError.self) { try Others().collect(lines: ["a"]) }
        #expect(missing?.message == "no file known; add --file known=path")
        #expect(missing?.code == .usage)
        let unused = #expect(throws: JobError.self) {
            try Others().collect(lines: ["a"], files: ["known": "", "more": ""])
        }
        #expect(unused?.message == "the job reads no file named more; leave --file more out")
    }

    @Test(arguments: [
        ("", []), ("\n", [""]), ("a", ["a"]), ("a\n", ["a"]), ("a\r\nb\r", ["a", "b\r"]),
        ("\r\n\r\n", [""]), ("é\n\u{301}\n", ["é", "\u{301}"]),
    ])
    func linesEndAsThoseOfInputsDo(_ text: String, _ lines: [String]) throws {
        let found = try Contents().collect(lines: ["x"], files: ["f": text])
        let keys = Set(found.map(\.key))
        #expect(keys == Set(lines.map { "<\($0)>" } + ["name f", "\(text.utf8.count) bytes"]))
        #expect(found.first { $0.key.hasSuffix(" bytes") }?.value == text.utf8.count)
    }
}

@Suite struct SideFileNameTests {
    @Test(arguments: ["a", "Z9", "_", "-", "stop-words_2", String(repeating: "n", count: 100)])
    func isValid(_ name: String) { #expect(SideFileName.isValid(name)) }

    @Test(arguments: [
        "", ".", "..", "a.b", "a/b", "a b", "é", "a\u{0}", "a=b", "\u{301}",
        String(repeating: "n", count: 101),
    ])
    func isNot(_ name: String) { #expect(!SideFileName.isValid(name)) }
}
