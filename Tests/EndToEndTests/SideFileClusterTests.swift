import ClusterTestSupport
import Foundation
import MapReduceModel
import TestSupport
import Testing

@testable import MapReduceHTTP

/// Files that a job reads whole, on a cluster.
@Suite(.serialized) struct SideFileClusterTests {
    /// Side files that workers keep, by the scratch directory of each, with what tells one file
    /// from another.
    private func kept(_ cluster: TestCluster) throws -> [String: UInt64] {
        var kept: [String: UInt64] = [:]
        let scratch = cluster.directory("scratch")
        let names = FileManager.default.enumerator(atPath: scratch)?.compactMap { $0 as? String }
        for name in names ?? [] where name.contains("/files/") && !name.contains("/job") {
            let attributes = try FileManager.default.attributesOfItem(atPath: scratch + "/" + name)
            kept[name] = try #require(attributes[.systemFileNumber] as? UInt64)
        }
        return kept
    }

    /// Three processes on three workers read it, late or early; a second job with the same file
    /// finds it there, and the output is that of one machine.
    @Test func eachWorkerFetchesItOnce() throws {
        let cluster = try TestCluster(workers: 3)
        let words = try cluster.directory.write("stop words", "the\nand\nof\na\n")
        let arguments =
            sampleTexts + ["--reducers", "3", "--split-size", "20000"]
            + ["--file", "stopwords=\(words)"]
        let expected = try localOutput("sidefilejob", arguments)
        var first: [String: UInt64] = [:]
        for round in 0..<2 {
            let meeting = cluster.directory("meeting\(round)")
            try FileManager.default.createDirectory(
                atPath: meeting,
                withIntermediateDirectories: false
            )
            let late = round == 0 ? ["--late"] : []
            let result = try cluster.submit(
                "sidefilejob",
                arguments + ["--meeting", meeting, "--overwrite", "-q"] + late
            ).wait()
            #expect(result.code == 0, "\(result.errors)")
            #expect(try outputFiles(cluster.out) == expected)
            let kept = try kept(cluster)
            #expect(kept.count == 3, "\(kept)")
            if round == 0 { first = kept } else { #expect(kept == first, "nothing is fetched") }
        }
        #expect(try cluster.directory.names(in: "data/files").count == 1, "and uploaded once")
        #expect(try eventually { try cluster.jobFiles().isEmpty }, "the job's own are removed")
        try cluster.stop()
    }

    /// The file may be gone or changed by then: what the job had counts.
    @Test func aTaskIsRunAgainWithTheFilesOfTheJob() throws {
        let cluster = try TestCluster(workers: 1)
        let input = try cluster.directory.write("in.txt", "the cat\nthe dog\n")
        let words = try cluster.directory.write("words", "the\n")
        let failed = try cluster.submit(
            "sidefilejob",
            [input, "--file", "stopwords=\(words)", "--fail-at", "dog", "--max-attempts", "1"]
        ).wait()
        #expect(failed.code == 1)
        try FileManager.default.removeItem(atPath: words)
        let scratch = cluster.directory("replay")
        let replay = try cluster.mapreduce(["replay", "1", "0.0", "--scratch", scratch])
        #expect(replay.code == 1)
        #expect(replay.errors.contains("record: \"the dog\""), "\(replay.errors)")
        #expect(!FileManager.default.fileExists(atPath: scratch), "the files are removed")
        let kept = try cluster.mapreduce(["replay", "1", "0.0", "--keep", "--scratch", scratch])
        let line = try #require(
            kept.errors.split(separator: "\n").first { $0.hasPrefix("  cd ") }
        )
        let again = try Command.run("/bin/sh", ["-c", "\(line) --pass-over \(input)@8"])
        #expect(again.code == 0, "\(again.errors)")
        #expect(again.errors.contains("wrote 1 record"), "cat: \(again.errors)")
        try cluster.stop()
    }

    @Test func whatIsWrongIsSaidBeforeAnythingIsUploaded() throws {
        let cluster = try TestCluster(workers: 1)
        let words = try cluster.directory.write("words", "the\n")
        let missing = try cluster.submit("sidefilejob", [sampleTexts[1]]).wait()
        #expect(missing.code == 2 && missing.errors.contains("add --file stopwords=path"))
        let unused = try cluster.submit(
            "wordcount",
            [sampleTexts[1], "--file", "words=\(words)"]
        ).wait()
        #expect(unused.code == 2 && unused.errors.contains("reads no file named words"))
        #expect(try cluster.directory.names(in: "data/files").isEmpty)
        #expect(try cluster.jobs().isEmpty)
        try cluster.stop()
    }
}

/// The upload of a side file, to a coordinator that is a process.
@Suite(.serialized) struct SideFileUploadTests {
    @Test func aFileThatChangedIsNotUploaded() async throws {
        let cluster = try TestCluster(workers: 0)
        let path = try cluster.directory.write("words", "the\n")
        let client = CoordinatorClient(url: cluster.url, token: nil, tls: nil)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.size] as? Int == 4)
        let file = DescribedFile(
            name: "words",
            path: path,
            signature: FileSignature(byteCount: 3, modificationTime: 0)
        )
        let error = await #expect(throws: (any Error).self) { try await client.upload(file) }
        #expect("\(try #require(error))".contains("has changed while the job was submitted"))
        #expect(try cluster.directory.names(in: "data/files").isEmpty)
        try await client.shutdown()
        try cluster.stop()
    }
}
