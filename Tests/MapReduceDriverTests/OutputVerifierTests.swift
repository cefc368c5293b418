import MapReduceControl
import MapReduceDriver
import MapReduceEngine
import MapReduceModel
import TestSupport
import Testing

/// A finished output is damaged in each way, and each is told.
@Suite struct OutputVerifierTests {
    private let directory: TemporaryDirectory
    private var out: String { directory("out") }

    /// Two parts, as a job leaves them.
    init() throws {
        directory = try TemporaryDirectory()
        let output = try OutputDirectory(path: directory("out"), overwrite: false)
        let files = try ["a\t1\nb\t2\n", "c\t3\n"].enumerated().map { index, text in
            let attempt = "\(output.temporaryPath)/\(index)"
            try Files.createNewDirectory(attempt)
            let part = try PartWriter(path: "\(attempt)/part-0000\(index).tsv")
            for line in text.split(separator: "\n") {
                try Array("\(line)\n".utf8).withUnsafeBytes { try part.add($0) }
            }
            return try part.commit()
        }
        let stage = StagePlan(
            id: 0,
            input: .files(name: ""),
            steps: [],
            outputs: [.files]
        )
        let submission = JobSubmission(
            id: JobID(1),
            plan: Plan(name: "test", stages: [stage]),
            splits: [[]]
        )
        var coordinator = Coordinator()
        _ = coordinator.apply(.jobSubmitted(submission), at: .zero)
        try OutputPublisher.publish(
            files.map { TaskOutput(parts: [$0], counters: Counters()) },
            of: try #require(coordinator.jobs.all.last),
            to: output
        )
    }

    private func problems() throws -> [String] { try OutputVerifier.verify(out).problems }

    @Test func aWholeOutputHasNoProblem() throws {
        let findings = try OutputVerifier.verify(out)
        #expect(findings.problems.isEmpty)
        #expect(findings.recordCount == 3 && findings.byteCount == 12)
    }

    @Test func aChangedByteIsFound() throws {
        try directory.write("out/part-00000.tsv", "a\t1\nb\t3\n")
        let problems = try problems()
        #expect(problems.count == 1)
        #expect(problems[0].hasPrefix("part-00000.tsv has changed: its CRC-32 is "))
    }

    @Test func aCutFileIsFound() throws {
        try directory.write("out/part-00001.tsv", "c\t3")
        #expect(try problems() == ["part-00001.tsv has 3 bytes, and not 4"])
    }

    @Test func aMissingFileIsFound() throws {
        try Files.remove(out + "/part-00001.tsv")
        #expect(try problems() == ["part-00001.tsv is missing"])
    }

    @Test func partsThatDoNotBelongAreFound() throws {
        try directory.write("out/part-00002.tsv", "")
        try Files.createNewDirectory(out + "/_temporary")
        #expect(
            try problems() == [
                "_temporary is there: a run has not ended, or was killed",
                "part-00002.tsv is there, and not in the manifest",
            ]
        )
    }

    @Test(arguments: ["", "{", "[]", "{\"version\":1}"])
    func aManifestThatCannotBeReadIsAnError(_ text: String) throws {
        try directory.write("out/_MANIFEST.json", text)
        let error = #expect(throws: EngineError.self) { try problems() }
        #expect(error?.message.contains("_MANIFEST.json is not a manifest") ?? false)
    }

    @Test func whatIsNoOutputIsAnError() throws {
        try Files.remove(out + "/_SUCCESS")
        let unfinished = #expect(throws: EngineError.self) { try problems() }
        #expect(unfinished?.message.contains("it has no _SUCCESS") ?? false)
        let missing = #expect(throws: EngineError.self) {
            try OutputVerifier.verify(directory("nowhere"))
        }
        #expect(missing?.message.contains("is not a directory") ?? false)
    }

    @Test func namesOfTheManifestStayInTheDirectory() throws {
        let manifest = try readText(out + "/_MANIFEST.json")
        let outside = manifest.replacingOccurrences(of: "part-00001.tsv", with: "../secret")
        try directory.write("out/_MANIFEST.json", outside)
        try directory.write("secret", "c\t3\n")
        #expect(try problems().contains("../secret is missing"))
    }
}
