import Foundation
import MapReduceEngine
import MapReduceModel
import TestSupport
import Testing

/// Commits that a crash has cut at any of their steps, and what comes after.
@Suite struct OutputResumeTests {
    /// What was there before, and what the job has written.
    struct Example: Sendable, CustomTestStringConvertible {
        var replacesOutput: Bool
        var hasBadRecords: Bool
        var partCount: Int

        static let all = [false, true].flatMap { replaces in
            [false, true].flatMap { bad in
                [0, 2].map {
                    Example(replacesOutput: replaces, hasBadRecords: bad, partCount: $0)
                }
            }
        }

        var testDescription: String {
            "\(partCount) parts" + (hasBadRecords ? ", bad records" : "")
                + (replacesOutput ? ", an output before" : "")
        }
    }

    @Test(arguments: Example.all)
    func resumingEndsWhatWasCut(_ example: Example) throws {
        let whole = try resultOfWholeCommit(example)
        for cut in 0...(try Commit(example).stepCount) {
            let commit = try Commit(example)
            try commit.perform(cut)
            try commit.resume()
            #expect(try commit.files() == whole, "cut after \(cut) steps")
            // And once more, as if the end of it had not been written down.
            try commit.resume()
            #expect(try commit.files() == whole, "cut after \(cut) steps, resumed twice")
        }
    }

    /// The call that ends a cut commit may be cut itself.
    @Test(arguments: [Example(replacesOutput: true, hasBadRecords: true, partCount: 2)])
    func resumingEndsWhatWasCutTwice(_ example: Example) throws {
        let whole = try resultOfWholeCommit(example)
        let stepCount = try Commit(example).stepCount
        for first in 0...stepCount {
            for second in 0...stepCount {
                let commit = try Commit(example)
                try commit.perform(first)
                // The steps of a call that finds some of them done; those after `_SUCCESS` it does
                // not begin anew.
                if first < commit.stepsBeforeRemoval { try commit.perform(second) }
                try commit.resume()
                #expect(try commit.files() == whole, "cut after \(first), then \(second) steps")
            }
        }
    }

    /// Whatever is gone of `_temporary`, the output is complete.
    @Test(arguments: Example.all)
    func resumingRemovesWhatIsLeft(_ example: Example) throws {
        let whole = try resultOfWholeCommit(example)
        let names = try Commit(example).namesLeftAtEnd()
        for removed in 0..<1 << names.count {
            let commit = try Commit(example)
            try commit.perform(commit.stepsBeforeRemoval)
            for (index, name) in names.enumerated() where removed >> index & 1 == 1 {
                try Files.remove(commit.temporary + "/" + name)
            }
            try commit.resume()
            #expect(try commit.files() == whole, "\(removed)")
        }
    }

    /// A run that knows nothing of the one that was cut.
    @Test(arguments: Example.all)
    func theNextRunTakesBackWhatWasCut(_ example: Example) throws {
        for cut in 0...(try Commit(example).stepCount) {
            let commit = try Commit(example)
            try commit.perform(cut)
            try commit.commitOther()
            #expect(try commit.files() == Commit.otherFiles, "cut after \(cut) steps")
        }
    }

    /// A cut commit leaves the old output whole, or nothing of it and nothing of the new one.
    @Test(arguments: Example.all)
    func takingBackLeavesNoHalfOfAnOutput(_ example: Example) throws {
        let old = try Commit(example).files().filter { !$0.key.hasPrefix("_temporary") }
        let whole = try resultOfWholeCommit(example)
        for cut in 0...(try Commit(example).stepCount) {
            let commit = try Commit(example)
            try commit.perform(cut)
            let isComplete = try commit.files()["_SUCCESS"] != nil
            let isNew = cut >= commit.stepsBeforeRemoval
            let discarded = try OutputDirectory(resuming: commit.out)
            try discarded.discard()
            let expected = isComplete ? (isNew ? whole : old) : [:]
            #expect(try commit.files() == expected, "cut after \(cut) steps")
            #expect(try Files.kind(of: commit.out) == (expected.isEmpty ? nil : .directory))
        }
    }

    @Test func resumingLeavesAFinishedOutputAlone() throws {
        let commit = try Commit(Example(replacesOutput: false, hasBadRecords: true, partCount: 2))
        try commit.resume()
        let whole = try commit.files()
        do { _ = try OutputDirectory(resuming: commit.out) }
        #expect(try commit.files() == whole)
        #expect(try Files.kind(of: commit.temporary) == nil)
    }

    @Test func anOldOutputIsNotTakenForTheNewOne() throws {
        let commit = try Commit(Example(replacesOutput: true, hasBadRecords: false, partCount: 1))
        let old = try commit.files().filter { !$0.key.hasPrefix("_temporary") }
        try Files.remove(commit.temporary)
        let error = #expect(throws: EngineError.self) { try commit.resume() }
        #expect(error?.message.contains("part-00000.tsv") ?? false)
        #expect(try commit.files().filter { !$0.key.hasPrefix("_temporary") } == old)
    }

    @Test func aPartThatIsGoneIsToldBeforeAnythingIsReplaced() throws {
        let commit = try Commit(Example(replacesOutput: true, hasBadRecords: true, partCount: 3))
        let old = try commit.files().filter { !$0.key.hasPrefix("_temporary") }
        try Files.remove(commit.parts[2].path)
        let output = try OutputDirectory(resuming: commit.out)
        #expect(throws: EngineError.self) {
            try output.commit(files: commit.parts, manifest: Commit.manifest)
        }
        try output.discard()
        #expect(try commit.files() == old)
    }

    private func resultOfWholeCommit(_ example: Example) throws -> [String: String] {
        let commit = try Commit(example)
        try commit.resume()
        let files = try commit.files()
        let names = (0..<example.partCount).map { "part-0000\($0).tsv" }
        let bad = example.hasBadRecords ? ["_bad", "_bad/records.jsonl"] : []
        #expect(files.keys.sorted() == (["_MANIFEST.json", "_SUCCESS"] + bad + names).sorted())
        #expect(files["_MANIFEST.json"] == Commit.manifest)
        return files
    }
}

/// A job that has written its parts and now commits, a step at a time.
private final class Commit {
    let parts: [OutputFile]
    private let directory: TemporaryDirectory
    private let badRecords: String

    static let manifest = "{\"job\":\"new\"}\n"
    private static let oldManifest = "{\"job\":\"old\"}\n"
    /// What `commitOther` leaves.
    static let otherFiles = [
        "_MANIFEST.json": "{\"job\":\"other\"}\n", "_SUCCESS": "", "part-00000.tsv": "other",
    ]

    var out: String { directory("out") }
    var temporary: String { out + "/_temporary" }

    /// An old output of two parts, if there is to be one, and the files of the attempts.
    init(_ example: OutputResumeTests.Example) throws {
        let directory = try TemporaryDirectory()
        let out = directory("out")
        if example.replacesOutput {
            let old = try OutputDirectory(path: out, overwrite: false)
            let parts = try (0..<2).map { index in
                try Self.write("old \(index)", as: index, in: "job1-attempt\(index)", of: old)
            }
            try old.commit(files: parts, manifest: Self.oldManifest, badRecords: "old\n")
        }
        let output = try OutputDirectory(path: out, overwrite: example.replacesOutput)
        parts = try (0..<example.partCount).map { index in
            try Self.write("new \(index)", as: index, in: "job2-attempt\(index)", of: output)
        }
        badRecords = example.hasBadRecords ? "new\n" : ""
        self.directory = directory
    }

    private static func write(
        _ text: String,
        as index: Int,
        in attempt: String,
        of output: OutputDirectory
    ) throws -> OutputFile {
        let folder = output.temporaryPath + "/" + attempt
        try Files.createDirectory(folder)
        let path = folder + "/part-0000\(index).tsv"
        try Files.write(text, toNew: path)
        return OutputFile(path: path, byteCount: text.utf8.count, recordCount: 1, checksum: 0)
    }

    /// Goes on after the crash.
    func resume() throws {
        let output = try OutputDirectory(resuming: out)
        try output.commit(files: parts, manifest: Self.manifest, badRecords: badRecords)
    }

    /// Runs another job with the same output.
    func commitOther() throws {
        let output = try OutputDirectory(path: out, overwrite: true)
        let part = try Self.write("other", as: 0, in: "job1-attempt0", of: output)
        try output.commit(files: [part], manifest: "{\"job\":\"other\"}\n")
    }

    // MARK: Steps

    /// What a commit does, in its order; a step that has been done does nothing.
    private var steps: [() throws -> Void] {
        var names = parts.map { Files.name(of: $0.path) }
        var steps: [() throws -> Void] = []
        if !badRecords.isEmpty {
            names.append("_bad")
            let folder = temporary + "/_bad"
            steps += [
                { try Files.remove(folder) },
                { try Files.createDirectory(folder) },
                { try Files.replace(self.badRecords, at: folder + "/records.jsonl") },
            ]
        }
        let isOutput = { (name: String) in name.hasPrefix("part-") || name == "_bad" }
        let kept = {
            try self.parts.filter { try Files.kind(of: $0.path) == nil }
                .map { Files.name(of: $0.path) }
        }
        let list = { try names + Files.names(in: self.out).filter(isOutput) }
        let commit = temporary + "/commit"
        steps += [
            { try Files.replace("half of the lis", at: commit + ".partial") },
            { try Files.replace(list().joined(separator: "\n") + "\n", at: commit) },
            { try Files.remove(self.out + "/_SUCCESS") },
            { try Files.remove(self.out + "/_MANIFEST.json") },
        ]
        for name in ["_bad", "part-00000.tsv", "part-00001.tsv"] {
            steps.append {
                if try !kept().contains(name) { try Files.remove(self.out + "/" + name) }
            }
        }
        for path in parts.map(\.path) + (badRecords.isEmpty ? [] : [temporary + "/_bad"]) {
            steps.append {
                guard try Files.kind(of: path) != nil else { return }
                try Files.rename(path, to: self.out + "/" + Files.name(of: path))
            }
        }
        steps += [
            { try Files.replace("{\"jo", at: self.out + "/_MANIFEST.json") },
            { try Files.replace(Self.manifest, at: self.out + "/_MANIFEST.json") },
            { try Files.replace("", at: self.out + "/_SUCCESS") },
        ]
        return steps
    }

    /// Those of the removal of `_temporary`, of which the lock goes last.
    private func removals() throws -> [() throws -> Void] {
        let left = try namesLeftAtEnd().filter { $0 != ".mapreduce-lock" } + [".mapreduce-lock"]
        return left.map { name in { try Files.remove(self.temporary + "/" + name) } }
            + [{ try Files.remove(self.temporary) }]
    }

    func namesLeftAtEnd() throws -> [String] {
        [".mapreduce-lock", "commit"] + parts.indices.map { "job2-attempt\($0)" }
    }

    var stepsBeforeRemoval: Int { steps.count }
    var stepCount: Int { get throws { try steps.count + removals().count } }

    /// Does the first steps of a commit.
    func perform(_ count: Int) throws {
        for step in try (steps + removals()).prefix(count) { try step() }
    }

    /// All files below the output, with their content; directories have none.
    func files() throws -> [String: String] {
        guard try Files.kind(of: out) != nil else { return [:] }
        var files: [String: String] = [:]
        let names = FileManager.default.enumerator(atPath: out)?.compactMap { $0 as? String }
        for name in names ?? [] {
            let path = out + "/" + name
            files[name] = try Files.kind(of: path) == .directory ? "" : try readText(path)
        }
        return files
    }
}
