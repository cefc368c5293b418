import MapReduceControl
import MapReduceDriver
import MapReduceEngine
import MapReduceModel
import MapReduceProcess
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
            input: .files(name: "", format: .lines),
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

    /// Commits two records in a style, of which the manifest says that there are so many.
    private func commit(_ style: OutputStyle, sayingRecords count: Int) throws {
        let output = try OutputDirectory(path: out, overwrite: true)
        let name = PartName(output: "errors", index: 0, style: style)
        try Files.createDirectory(output.temporaryPath + "/a/errors")
        let path = "\(output.temporaryPath)/a/\(name)"
        var file: OutputFile
        if style.format == .run {
            let run = try RunWriter(path: path, partitionCount: 1, isPart: true)
            for record in [[1], [2]] as [[UInt8]] {
                try record.withUnsafeBytes { try run.add(partition: 0, key: $0, value: $0) }
            }
            file = try run.commit().file
        } else {
            let part = try PartWriter(path: path, compression: style.compression)
            if style.format == .csv {
                try Array("a\n".utf8).withUnsafeBytes { try part.add(header: $0) }
            }
            for record in ["\"a.\"\n", "b,\"\"\n"] {
                try Array(record.utf8).withUnsafeBytes { try part.add($0) }
            }
            file = try part.commit()
        }
        #expect(file.recordCount == 2)
        let bytes = try Files.read(path)
        #expect(file.checksum == bytes.withUnsafeBytes { Checksum.of($0) })
        file.recordCount = count
        let manifest = Manifest(
            job: "test",
            files: [
                Manifest.File(
                    name: "\(name)",
                    bytes: file.byteCount,
                    records: count,
                    crc32: Manifest.File.text(ofChecksum: file.checksum)
                )
            ],
            counters: Counters()
        )
        try output.commit(files: [file], manifest: JSONText.pretty(manifest))
    }

    @Test(arguments: OutputStyle.all)
    func recordsOfEveryStyleAreCounted(_ style: OutputStyle) throws {
        try commit(style, sayingRecords: 2)
        #expect(try problems().isEmpty)
        try commit(style, sayingRecords: 3)
        let problems = try problems()
        #expect(problems.count == 1)
        #expect(problems.first?.contains("3") ?? false, "\(problems)")
    }

    @Test func rowsOfCSVMayHaveLineEnds() throws {
        try commit(OutputStyle(.csv), sayingRecords: 2)
        let path = out + "/errors/part-00000.csv"
        let part = try StoredPart(path: path, name: PartName("errors/part-00000.csv"))
        #expect(try part.problem(withRecordCount: 2) == nil)
        try directory.write("out/errors/part-00000.csv", "a\n\"\n\n\"\"\n\"\n")
        let one = try StoredPart(path: path, name: PartName("errors/part-00000.csv"))
        #expect(try one.problem(withRecordCount: 1) == nil)
        #expect(try one.problem(withRecordCount: 2) == "has 1 rows, and not 2")
    }

    @Test func partsOfNamedOutputsThatDoNotBelongAreFound() throws {
        try Files.createDirectory(out + "/errors")
        try directory.write("out/errors/part-00002.tsv", "")
        #expect(try problems() == ["errors/part-00002.tsv is there, and not in the manifest"])
    }

    @Test func namesOfTheManifestStayInTheDirectory() throws {
        let manifest = try readText(out + "/_MANIFEST.json")
        let outside = manifest.replacingOccurrences(of: "part-00001.tsv", with: "../secret")
        try directory.write("out/_MANIFEST.json", outside)
        try directory.write("secret", "c\t3\n")
        #expect(try problems().contains("../secret is missing"))
    }
}
