import Foundation
import MapReduceEngine
import MapReduceModel
import TestSupport
import Testing

/// A manifest of these parts.
func listing(_ names: [String]) -> String {
    let files = names.map { "{\n  \"name\" : \"\($0)\"\n}" }.joined(separator: ", ")
    return "{\"files\" : [\(files)]}\n"
}

@Suite struct OutputDirectoryTests {
    private let directory: TemporaryDirectory
    private var out: String { directory("out") }

    init() throws { directory = try TemporaryDirectory() }

    private func part(_ output: OutputDirectory, _ text: String) throws -> OutputFile {
        let attempt = output.temporaryPath + "/attempt"
        try Files.createDirectory(attempt)
        try Files.write(text, toNew: attempt + "/part-00000.tsv")
        return OutputFile(
            path: attempt + "/part-00000.tsv",
            byteCount: text.utf8.count,
            recordCount: 1,
            checksum: 0
        )
    }

    private func commit(_ text: String, overwrite: Bool = false) throws {
        let output = try OutputDirectory(path: out, overwrite: overwrite)
        try output.commit(files: [part(output, text)], manifest: manifest)
    }

    /// Lists the parts that `part` writes, as a job's manifest does.
    private let manifest = listing(["part-00000.tsv"])

    @Test func commitPutsEverythingInPlace() throws {
        try commit("one")
        #expect(try directory.names(in: "out") == ["_MANIFEST.json", "_SUCCESS", "part-00000.tsv"])
        #expect(try readText(out + "/part-00000.tsv") == "one")
    }

    @Test func anOutputThatExistsIsRefused() throws {
        try commit("one")
        let error = #expect(throws: EngineError.self) {
            try OutputDirectory(path: out, overwrite: false)
        }
        #expect(error?.message.contains("--overwrite") ?? false)
        #expect(try readText(out + "/part-00000.tsv") == "one")
    }

    @Test func overwriteReplacesAtTheCommit() throws {
        try commit("one")
        let output = try OutputDirectory(path: out, overwrite: true)
        let file = try part(output, "two")
        #expect(try readText(out + "/part-00000.tsv") == "one")
        try output.commit(files: [file], manifest: manifest)
        #expect(try readText(out + "/part-00000.tsv") == "two")
        #expect(try directory.names(in: "out") == ["_MANIFEST.json", "_SUCCESS", "part-00000.tsv"])
    }

    @Test func overwriteTouchesNothingThatNoJobWrote() throws {
        try Files.createDirectory(out)
        try directory.write("out/letter.txt", "dear")
        let error = #expect(throws: EngineError.self) {
            try OutputDirectory(path: out, overwrite: true)
        }
        #expect(error?.message.contains("letter.txt") ?? false)
        #expect(try directory.names(in: "out") == ["letter.txt"])
    }

    @Test func discardLeavesNothing() throws {
        let output = try OutputDirectory(path: out, overwrite: false)
        _ = try part(output, "one")
        try output.discard()
        #expect(try directory.names().isEmpty)
    }

    @Test func discardKeepsTheOldOutput() throws {
        try commit("one")
        let output = try OutputDirectory(path: out, overwrite: true)
        _ = try part(output, "two")
        try output.discard()
        #expect(try readText(out + "/part-00000.tsv") == "one")
        #expect(try directory.names(in: "out") == ["_MANIFEST.json", "_SUCCESS", "part-00000.tsv"])
    }

    @Test func twoRunsCannotShareAnOutput() throws {
        let first = try OutputDirectory(path: out, overwrite: false)
        let error = #expect(throws: EngineError.self) {
            try OutputDirectory(path: out, overwrite: false)
        }
        #expect(error?.message.contains("another run") ?? false)
        try first.commit(files: [part(first, "one")], manifest: manifest)
    }

    @Test func whatAKilledRunLeftIsRemoved() throws {
        do {
            // Dropped without commit or discard: its lock goes, as with the process that held it.
            let killed = try OutputDirectory(path: out, overwrite: false)
            _ = try part(killed, "half")
        }
        try commit("whole")
        #expect(try readText(out + "/part-00000.tsv") == "whole")
    }

    @Test func aCommitThatWasCutIsRolledBack() throws {
        do {
            let killed = try OutputDirectory(path: out, overwrite: false)
            let file = try part(killed, "half")
            try Files.write(
                "part-00000.tsv\npart-00001.tsv\n",
                toNew: killed.temporaryPath + "/commit"
            )
            try Files.rename(file.path, to: out + "/part-00000.tsv")
            try Files.write("{}", toNew: out + "/_MANIFEST.json")
        }
        try commit("whole")
        #expect(try readText(out + "/part-00000.tsv") == "whole")
        #expect(try directory.names(in: "out") == ["_MANIFEST.json", "_SUCCESS", "part-00000.tsv"])
    }

    @Test func aFinishedOutputWithLeftoversStaysFinished() throws {
        try commit("one")
        try Files.createDirectory(out + "/_temporary/attempt")
        try directory.write("out/_temporary/.mapreduce-lock", "")
        #expect(throws: EngineError.self) { try OutputDirectory(path: out, overwrite: false) }
        #expect(try readText(out + "/part-00000.tsv") == "one")
    }

    @Test func whatIsRefusedIsNotTouched() throws {
        try commit("one")
        try Files.createDirectory(out + "/_temporary/attempt")
        try directory.write("out/_temporary/.mapreduce-lock", "")
        #expect(throws: EngineError.self) { try OutputDirectory(path: out, overwrite: false) }
        #expect(try directory.names(in: "out") == ["_MANIFEST.json", "_SUCCESS", "part-00000.tsv"])
        try directory.write("out/part-notes.txt", "mine")
        #expect(throws: EngineError.self) { try OutputDirectory(path: out, overwrite: true) }
        #expect(try directory.names(in: "out").count == 4)
    }

    /// Folders of outputs that have names are a run's own only if there is nothing else in them.
    @Test(arguments: [
        "errors/letter.txt", "errors/part-0.tsv", "errors/deep/part-00000.tsv",
        "-errors/part-00000.tsv",
        "part-errors/part-00000.tsv", "_errors/part-00000.tsv", "err.ors/part-00000.tsv",
        "part-00001.doc", "part-00001.tsv.bz2", "part-00001.run.gz",
    ])
    func overwriteTouchesNoFolderThatNoJobWrote(_ name: String) throws {
        try commit("one")
        try Files.createDirectory(try #require(Files.parent(of: "\(out)/\(name)")))
        try directory.write("out/" + name, "dear")
        let error = #expect(throws: EngineError.self) {
            try OutputDirectory(path: out, overwrite: true)
        }
        #expect(error?.message.contains("which no job wrote") ?? false)
        #expect(try readText("\(out)/\(name)") == "dear")
        #expect(try readText(out + "/part-00000.tsv") == "one")
    }

    @Test func aLinkIsNoFolderOfAnOutput() throws {
        try commit("one")
        try Files.createDirectory(directory("elsewhere"))
        try directory.write("elsewhere/part-00000.tsv", "dear")
        try FileManager.default.createSymbolicLink(
            atPath: out + "/errors",
            withDestinationPath: directory("elsewhere")
        )
        #expect(throws: EngineError.self) { try OutputDirectory(path: out, overwrite: true) }
        #expect(try directory.names(in: "elsewhere") == ["part-00000.tsv"])
    }

    @Test func anEmptyFolderStaysWhatItWas() throws {
        try commit("one")
        try Files.createDirectory(out + "/notes")
        try commit("two", overwrite: true)
        #expect(try Files.kind(of: out + "/notes") == .directory)
    }

    /// Every name that jobs give is replaced, in a folder and out of it.
    @Test func overwriteReplacesPartsOfEveryStyle() throws {
        for output in [nil, "errors"] {
            for style in OutputStyle.all {
                try commit("one", overwrite: true)
                let name = "\(PartName(output: output, index: 7, style: style))"
                try Files.createDirectory(try #require(Files.parent(of: "\(out)/\(name)")))
                try directory.write("out/" + name, "old")
                try directory.write("out/_MANIFEST.json", listing(["part-00000.tsv", name]))
                try commit("two", overwrite: true)
                #expect(
                    try directory.names(in: "out")
                        == ["_MANIFEST.json", "_SUCCESS", "part-00000.tsv"],
                    "\(name)"
                )
            }
        }
    }

    /// A name alone does not tell whose a file is: what the manifest does not list is kept.
    @Test func overwriteReplacesOnlyWhatTheManifestLists() throws {
        for name in ["part-00000.tsv", "part-00099.tsv", "errors/part-00000.csv", "_bad/notes"] {
            let place = try TemporaryDirectory()
            let out = place("out")
            try Files.createDirectory(try #require(Files.parent(of: "\(out)/\(name)")))
            try place.write("out/\(name)", "dear")
            let others = ["{}", listing(["part-00001.tsv"]), "\"\(name)\" : \"\(name)\""]
            for manifest in [nil] + others {
                if let manifest { try place.write("out/_MANIFEST.json", manifest) }
                let error = #expect(throws: EngineError.self) {
                    try OutputDirectory(path: out, overwrite: true)
                }
                let folder = name == "_bad/notes" ? "_bad" : name
                #expect(error?.message.contains("\(folder), which no job wrote") ?? false)
                #expect(try readText("\(out)/\(name)") == "dear")
                #expect(try !place.names(in: "out").contains("_temporary"))
            }
        }
    }

    @Test func aMarkWithoutAManifestIsKept() throws {
        try Files.createDirectory(out)
        try directory.write("out/_SUCCESS", "")
        #expect(throws: EngineError.self) { try OutputDirectory(path: out, overwrite: true) }
        #expect(try directory.names(in: "out") == ["_SUCCESS"])
    }

    /// What is put there while the job runs would be replaced, or taken for a part of its output.
    @Test(arguments: [
        ("part-00000.tsv", false), ("_MANIFEST.json", false), ("_SUCCESS", false),
        ("part-00099.tsv", false), ("part-00099.tsv", true), ("errors/part-00000.csv", true),
    ])
    func whatIsPutThereMeanwhileIsKept(_ name: String, isReplacing: Bool) throws {
        if isReplacing { try commit("one") }
        let output = try OutputDirectory(path: out, overwrite: isReplacing)
        let file = try part(output, "two")
        try Files.createDirectory(try #require(Files.parent(of: "\(out)/\(name)")))
        try directory.write("out/\(name)", "dear")
        let names = try directory.names(in: "out").filter { $0 != "_temporary" }
        let error = #expect(throws: EngineError.self) {
            try output.commit(files: [file], manifest: manifest)
        }
        #expect(error?.message.contains("\(name), put there while the job ran") ?? false)
        try output.discard()
        #expect(try directory.names(in: "out") == names)
        #expect(try readText("\(out)/\(name)") == "dear")
        if isReplacing { #expect(try readText(out + "/part-00000.tsv") == "one") }
    }

    @Test func notesThatAreNoPartsStay() throws {
        let output = try OutputDirectory(path: out, overwrite: false)
        try directory.write("out/notes.txt", "dear")
        try output.commit(files: [part(output, "one")], manifest: manifest)
        #expect(try readText(out + "/notes.txt") == "dear")
        #expect(try readText(out + "/part-00000.tsv") == "one")
    }

    /// The path of the lock is longer than paths may be; those of the directories are not.
    @Test func aClaimThatFailsLeavesNothing() throws {
        let level = "/" + String(repeating: "d", count: 200)
        let lock = "/_temporary/.mapreduce-lock"
        var long = directory("a")
        while long.utf8.count + level.utf8.count + lock.utf8.count < 4096 { long += level }
        long += "/" + String(repeating: "e", count: 4096 - long.utf8.count - lock.utf8.count)
        let error = #expect(throws: EngineError.self) {
            try OutputDirectory(path: long, overwrite: false)
        }
        #expect(error?.message.contains(".mapreduce-lock: File name too long") ?? false)
        #expect(try directory.names().isEmpty)
        // The name of the last one is too long: those above were made for it.
        let name = directory("a") + level + level + "/" + String(repeating: "e", count: 256)
        #expect(throws: EngineError.self) { try OutputDirectory(path: name, overwrite: false) }
        #expect(try directory.names().isEmpty)
    }

    @Test func aPartThatNoAttemptWroteIsRefused() throws {
        let output = try OutputDirectory(path: out, overwrite: false)
        let path = output.temporaryPath + "/part-00000.tsv"
        try Files.write("x", toNew: path)
        #expect(throws: EngineError.self) {
            try output.commit(
                files: [OutputFile(path: path, byteCount: 1, recordCount: 1, checksum: 0)],
                manifest: ""
            )
        }
    }

    @Test func aTemporaryDirectoryOfSomebodyElseIsNotTouched() throws {
        try Files.createDirectory(out + "/_temporary")
        try directory.write("out/_temporary/precious", "x")
        let error = #expect(throws: EngineError.self) {
            try OutputDirectory(path: out, overwrite: true)
        }
        #expect(error?.message.contains("_temporary") ?? false)
        #expect(try directory.names(in: "out/_temporary") == ["precious"])
    }

    @Test func aLinkIsNotFollowed() throws {
        try Files.createDirectory(out)
        try Files.createDirectory(directory("victim"))
        try directory.write("victim/.mapreduce-lock", "")
        try directory.write("victim/precious", "x")
        symlink(directory("victim"), out + "/_temporary")
        #expect(throws: EngineError.self) { try OutputDirectory(path: out, overwrite: true) }
        #expect(try directory.names(in: "victim").contains("precious"))
    }

    @Test func leftoversBesideForeignFilesStay() throws {
        do { _ = try part(OutputDirectory(path: out, overwrite: false), "half") }
        try directory.write("out/mine", "x")
        #expect(throws: EngineError.self) { try OutputDirectory(path: out, overwrite: false) }
        #expect(try directory.names(in: "out/_temporary").contains("attempt"))
    }

    @Test func discardRemovesTheDirectoriesAboveToo() throws {
        let output = try OutputDirectory(path: directory("a/b/c"), overwrite: false)
        try output.discard()
        #expect(try directory.names().isEmpty)
    }

    @Test func discardAfterAKilledRunLeavesNothing() throws {
        do { _ = try OutputDirectory(path: out, overwrite: false) }
        let output = try OutputDirectory(path: out, overwrite: false)
        try output.discard()
        #expect(try directory.names().isEmpty)
    }

    @Test func badRecordsComeWithTheCommit() throws {
        let output = try OutputDirectory(path: out, overwrite: false)
        try output.commit(files: [part(output, "one")], manifest: manifest, badRecords: "{}\n")
        #expect(try readText(out + "/_bad/records.jsonl") == "{}\n")
        try commit("two", overwrite: true)
        #expect(!(try directory.names(in: "out").contains("_bad")))
    }

    @Test func aFileInTheWayIsNamed() throws {
        try directory.write("out", "a file")
        let error = #expect(throws: EngineError.self) {
            try OutputDirectory(path: out, overwrite: true)
        }
        #expect(error?.message.contains(out) ?? false)
    }

    @Test func partsAreNamedLikeParts() throws {
        // A commit list that was tampered with cannot remove anything else.
        do { _ = try OutputDirectory(path: out, overwrite: false) }
        try directory.write("precious", "x")
        try directory.write("out/_temporary/commit", "../precious\npart-/../../precious\n")
        try commit("one")
        #expect(try readText(directory("precious")) == "x")
    }
}

@Suite struct ScratchDirectoryTests {
    @Test func onlyItsOwnAreSwept() throws {
        let base = try TemporaryDirectory()
        for name in ["_mapreduce-project", "_mapreduce-abc123"] {
            try Files.createDirectory(base(name))
            try base.write(name + "/lock", "")
        }
        try base.write("_mapreduce-project/.mapreduce-lock", "")
        let scratch = try ScratchDirectory(below: base.path)
        try scratch.remove()
        #expect(try base.names() == ["_mapreduce-abc123", "_mapreduce-project"])
    }

    @Test func directoriesAboveGoWithIt() throws {
        let base = try TemporaryDirectory()
        try ScratchDirectory(below: base("a/b")).remove()
        #expect(try base.names().isEmpty)
    }

    @Test func sweepsWhatKilledRunsLeft() throws {
        let base = try TemporaryDirectory()
        let living = try ScratchDirectory(below: base.path)
        do { _ = try ScratchDirectory(below: base.path) }
        #expect(try base.names().count == 2)
        let next = try ScratchDirectory(below: base.path)
        #expect(try base.names().count == 2, "the one whose lock is free is gone")
        try next.keep()
        _ = try ScratchDirectory(below: base.path)
        #expect(try base.names().contains(Files.name(of: next.path)), "what is kept stays")
        try living.remove()
        try next.remove()
        #expect(try base.names().count <= 1)
    }
}
