import Foundation
import MapReduceEngine
import MapReduceModel
import TestSupport
import Testing

/// Commits that a crash has cut at any of their steps, and what comes after.
@Suite struct OutputResumeTests {
    /// What was there before, and what the job has written.
    struct Example: Sendable, CustomTestStringConvertible {
        /// The parts of the output before; nil if there was none.
        var replaced: [String]?
        var hasBadRecords: Bool
        var parts: [String]

        static let plain = ["part-00000.tsv", "part-00001.tsv"]
        static let named = ["errors/part-00000.tsv", "part-00000.csv.gz"]

        static let all = [nil, plain, named].flatMap { replaced in
            [
                Example(replaced: replaced, hasBadRecords: false, parts: []),
                Example(replaced: replaced, hasBadRecords: true, parts: plain),
                Example(replaced: replaced, hasBadRecords: replaced == nil, parts: named),
            ]
        }

        /// Examples that are cut twice.
        static let twice = [
            Example(
                replaced: ["words/part-00000.tsv"],
                hasBadRecords: true,
                parts: ["errors/part-00000.tsv"]
            )
        ]

        var testDescription: String {
            "\(parts)" + (hasBadRecords ? ", bad records" : "") + " for \(replaced ?? [])"
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
    @Test(arguments: Example.twice)
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
            let discarded = try OutputDirectory(
                resuming: commit.out,
                owner: "job2",
                isCommitting: true
            )
            try discarded.discard()
            let expected = isComplete ? (isNew ? whole : old) : [:]
            #expect(try commit.files() == expected, "cut after \(cut) steps")
            #expect(try Files.kind(of: commit.out) == (expected.isEmpty ? nil : .directory))
        }
    }

    @Test func resumingLeavesAFinishedOutputAlone() throws {
        let commit = try Commit(
            Example(replaced: nil, hasBadRecords: true, parts: Example.named)
        )
        try commit.resume()
        let whole = try commit.files()
        do { _ = try OutputDirectory(resuming: commit.out, owner: "job2", isCommitting: true) }
        #expect(try commit.files() == whole)
        #expect(try Files.kind(of: commit.temporary) == nil)
    }

    @Test func anOldOutputIsNotTakenForTheNewOne() throws {
        let commit = try Commit(
            Example(replaced: Example.plain, hasBadRecords: false, parts: [Example.plain[0]])
        )
        let old = try commit.files().filter { !$0.key.hasPrefix("_temporary") }
        try Files.remove(commit.temporary)
        let error = #expect(throws: EngineError.self) { try commit.resume() }
        #expect(error?.message.contains("part-00000.tsv") ?? false)
        #expect(try commit.files().filter { !$0.key.hasPrefix("_temporary") } == old)
    }

    @Test func aPartThatIsGoneIsToldBeforeAnythingIsReplaced() throws {
        let commit = try Commit(
            Example(replaced: Example.named, hasBadRecords: true, parts: Example.named)
        )
        let old = try commit.files().filter { !$0.key.hasPrefix("_temporary") }
        try Files.remove(commit.parts[1].path)
        let output = try OutputDirectory(resuming: commit.out, owner: "job2", isCommitting: true)
        #expect(throws: EngineError.self) {
            try output.commit(files: commit.parts, manifest: commit.manifest)
        }
        try output.discard()
        #expect(try commit.files() == old)
    }

    /// A coordinator that has gone back to an older copy of its data believes that a job still
    /// writes where another one does now, or where nothing is left to write.
    @Test func anotherRunsDirectoryIsLeftAlone() throws {
        let commit = try Commit(
            Example(replaced: Example.plain, hasBadRecords: false, parts: Example.plain)
        )
        for isCommitting in [false, true] {
            let before = try commit.files()
            let error = #expect(throws: EngineError.self) {
                try OutputDirectory(
                    resuming: commit.out,
                    owner: "job1",
                    isCommitting: isCommitting
                )
            }
            #expect(error?.message.contains("is that of another run") ?? false)
            #expect(try commit.files() == before)
        }
        do {
            _ = try OutputDirectory(resuming: commit.out, owner: "job2", isCommitting: false)
        }
        let other = try OutputDirectory(path: commit.out, overwrite: true)
        #expect(throws: EngineError.self, "a run that is not resumed takes its place") {
            try OutputDirectory(resuming: commit.out, owner: "job2", isCommitting: true)
        }
        try other.discard()
    }

    @Test(arguments: Example.all)
    func aCommitThatIsNotKnownOfIsNotGoneOnWith(_ example: Example) throws {
        for cut in 1...(try Commit(example).stepCount) {
            let commit = try Commit(example)
            try commit.perform(cut)
            let before = try commit.files()
            let hasNotBegun =
                try Files.kind(of: commit.temporary + "/commit") == nil
                && Files.kind(of: commit.temporary + "/.mapreduce-lock") != nil
            do {
                _ = try OutputDirectory(resuming: commit.out, owner: "job2", isCommitting: false)
                #expect(hasNotBegun, "cut after \(cut) steps")
            } catch is EngineError {
                #expect(!hasNotBegun, "cut after \(cut) steps")
            }
            #expect(try commit.files() == before)
        }
    }

    private func resultOfWholeCommit(_ example: Example) throws -> [String: String] {
        let commit = try Commit(example)
        try commit.resume()
        let files = try commit.files()
        let folders = Set(example.parts.compactMap(folder))
        let names = example.parts + folders
        let bad = example.hasBadRecords ? ["_bad", "_bad/records.jsonl"] : []
        #expect(files.keys.sorted() == (["_MANIFEST.json", "_SUCCESS"] + bad + names).sorted())
        #expect(files["_MANIFEST.json"] == commit.manifest)
        return files
    }
}

/// The folder of a part of an output that has a name.
private func folder(_ name: String) -> String? { Files.parent(of: name) }

/// A job that has written its parts and now commits, a step at a time.
private final class Commit {
    let parts: [OutputFile]
    private let names: [String]
    private let replaced: [String]
    private let directory: TemporaryDirectory
    private let badRecords: String

    var manifest: String { listing(names) }
    /// What `commitOther` leaves.
    static let otherFiles = [
        "_MANIFEST.json": "{\"job\":\"other\"}\n", "_SUCCESS": "", "part-00000.tsv": "other",
    ]

    var out: String { directory("out") }
    var temporary: String { out + "/_temporary" }

    /// An old output of two parts, if there is to be one, and the files of the attempts.
    init(_ example: OutputResumeTests.Example) throws {
        let directory = try TemporaryDirectory(inMemory: true)
        let out = directory("out")
        if let replaced = example.replaced {
            let old = try OutputDirectory(path: out, overwrite: false)
            let parts = try replaced.enumerated().map { index, name in
                try Self.write("old \(index)", as: name, in: "job1-attempt\(index)", of: old)
            }
            try old.commit(
                files: parts,
                manifest: "old " + listing(replaced),
                badRecords: "old\n"
            )
        }
        let output = try OutputDirectory(
            path: out,
            overwrite: example.replaced != nil,
            owner: "job2"
        )
        names = example.parts
        replaced = example.replaced ?? []
        parts = try example.parts.enumerated().map { index, name in
            try Self.write("new \(index)", as: name, in: "job2-attempt\(index)", of: output)
        }
        badRecords = example.hasBadRecords ? "new\n" : ""
        self.directory = directory
    }

    private static func write(
        _ text: String,
        as name: String,
        in attempt: String,
        of output: OutputDirectory
    ) throws -> OutputFile {
        let path = output.temporaryPath + "/" + attempt + "/" + name
        try Files.createDirectory(try #require(Files.parent(of: path)))
        try Files.write(text, toNew: path)
        return OutputFile(path: path, byteCount: text.utf8.count, recordCount: 1, checksum: 0)
    }

    /// Goes on after the crash.
    func resume() throws {
        let output = try OutputDirectory(resuming: out, owner: "job2", isCommitting: true)
        try output.commit(files: parts, manifest: manifest, badRecords: badRecords)
    }

    /// Runs another job with the same output.
    func commitOther() throws {
        let output = try OutputDirectory(path: out, overwrite: true)
        let part = try Self.write(
            "other",
            as: OutputResumeTests.Example.plain[0],
            in: "job1-attempt0",
            of: output
        )
        try output.commit(files: [part], manifest: "{\"job\":\"other\"}\n")
    }

    // MARK: Steps

    /// What a commit does, in its order; a step that has been done does nothing.
    private var steps: [() throws -> Void] {
        var names = self.names
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
        let kept = {
            try zip(self.parts, self.names).filter { try Files.kind(of: $0.0.path) == nil }
                .map(\.1)
        }
        let old = ["_bad"] + replaced + self.names
        let commit = temporary + "/commit"
        let list = {
            let listed = try Files.kind(of: commit) == nil ? "" : readText(commit)
            return try names + old.filter { try Files.kind(of: self.out + "/" + $0) != nil }
                + listed.split(separator: "\n").map(String.init)
        }
        steps += [
            { try Files.replace("half of the lis", at: commit + ".partial") },
            { try Files.replace(list().joined(separator: "\n") + "\n", at: commit) },
            { try Files.remove(self.out + "/_SUCCESS") },
            { try Files.remove(self.out + "/_MANIFEST.json") },
        ]
        for name in old {
            steps.append {
                if try !kept().contains(name) { try Files.remove(self.out + "/" + name) }
            }
        }
        for folder in Set(replaced.compactMap(folder)).sorted() {
            steps.append { Files.removeIfEmpty(self.out + "/" + folder) }
        }
        for folder in Set(self.names.compactMap(folder)).sorted() {
            steps.append { try Files.createDirectory(self.out + "/" + folder) }
        }
        for (path, name) in zip(parts.map(\.path) + [temporary + "/_bad"], self.names + ["_bad"]) {
            steps.append {
                guard try Files.kind(of: path) != nil else { return }
                try Files.rename(path, to: self.out + "/" + name)
            }
        }
        steps += [
            { try Files.replace("{\"jo", at: self.out + "/_MANIFEST.json") },
            { try Files.replace(self.manifest, at: self.out + "/_MANIFEST.json") },
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
