import Foundation
import TestSupport
import Testing

/// A job's command as it is used: pipes, names, plans, summaries.
@Suite struct CommandLineTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func pipesThrough() throws {
        let result = try Command.run(
            "wordcount",
            ["-", "-o", "-", "--reducers", "1", "-q"],
            input: sampleTexts[1]
        )
        let file = try Command.run(
            "wordcount",
            [sampleTexts[1], "-o", "-", "--reducers", "1", "-q"]
        )
        #expect(result.code == 0)
        #expect(result.output == file.output)
        #expect(!result.output.isEmpty)
    }

    @Test func readsANamedPipe() throws {
        let result = try Command.run(
            "/bin/bash",
            ["-c", "'\(Command.products)/wordcount' <(echo a b a) -o - -q --reducers 1"]
        )
        #expect(result.output == "a\t2\nb\t1\n")
    }

    @Test func readsSeveralPipes() throws {
        let result = try Command.run(
            "/bin/bash",
            [
                "-c",
                "'\(Command.products)/wordcount' <(echo a b) <(echo b c) -o - -q --reducers 1",
            ]
        )
        #expect(result.output == "a\t1\nb\t2\nc\t1\n")
    }

    /// Descriptors that the process was started without must not be mistaken for its own.
    @Test(arguments: [
        ("'\(sampleTexts[1])' -o - <&- >&-", "standard output: Bad file descriptor"),
        ("- -o '$OUT' <&-", "standard input: Bad file descriptor"),
    ])
    func closedDescriptorsAreErrors(_ arguments: String, _ expected: String) throws {
        let command = arguments.replacingOccurrences(of: "$OUT", with: directory("out"))
        let result = try Command.run(
            "/bin/bash",
            ["-c", "'\(Command.products)/wordcount' \(command)"]
        )
        #expect(result.code != 0)
        #expect(result.errors.contains(expected), "\(result.errors)")
    }

    @Test func aSignalThatIsIgnoredStaysIgnored() throws {
        let pipe = directory("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let script =
            "trap '' HUP; '\(Command.products)/wordcount' '\(pipe)' -o - -q & "
            + "job=$!; exec 3>'\(pipe)'; kill -HUP $job; echo a >&3; exec 3>&-; wait $job"
        let result = try Command.run("/bin/bash", ["-c", script])
        #expect(result.code == 0 && result.output == "a\t1\n")
    }

    @Test func aReaderThatDoesNotReadCanBeLeft() throws {
        let text = try directory.write("words", (0..<300_000).map { "word\($0)\n" }.joined())
        let pipe = directory("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        // The reader opens the pipe and reads nothing.
        let script =
            "'\(Command.products)/wordcount' '\(text)' -o - -v > '\(pipe)' & "
            + "job=$!; exec 3<'\(pipe)'; read -n 1 <&3; kill -TERM $job; wait $job"
        let result = try Command.run("/bin/bash", ["-c", script])
        #expect(result.code == 143, "\(result.errors)")
    }

    @Test func aReaderThatLeavesEndsItQuietly() throws {
        let text = try directory.write(
            "words",
            (0..<300_000).map { "word\($0)\n" }.joined()
        )
        let result = try Command.run(
            "/bin/bash",
            [
                "-c",
                "'\(Command.products)/wordcount' '\(text)' -o - -q | head -n 1; "
                    + "echo ${PIPESTATUS[0]}",
            ]
        )
        #expect(result.errors == "")
        #expect(result.output.hasSuffix("\n141\n"))
    }

    @Test func theSummaryTellsWhatWasDone() throws {
        let result = try Command.run("wordcount", sampleTexts + ["-o", directory("out")])
        #expect(result.code == 0)
        for part in ["5,189 records", "/s)", "wrote 383 records", "shuffled", "slowest stage: "] {
            #expect(result.errors.contains(part), "\(result.errors)")
        }
        #expect(!result.errors.contains("\r"), "no live display where there is no terminal")
    }

    @Test func verboseTellsOfEveryTask() throws {
        let result = try Command.run(
            "wordcount",
            sampleTexts + ["-o", directory("out"), "-v"]
        )
        #expect(
            result.errors.contains("stage 0, task 0, attempt 1 started: map at WordCount.swift")
        )
        #expect(result.errors.contains("stage 1, task 1, attempt 1 done"))
    }

    @Test func helpNamesTheJobsOwnOptions() throws {
        let result = try Command.run("grep", ["--help"])
        #expect(result.code == 0)
        for part in ["USAGE: grep", "--pattern", "--output", "--in-process", "--memory"] {
            #expect(result.output.contains(part))
        }
    }

    @Test func planShowsTheStages() throws {
        let result = try Command.run("topwords", ["--plan", "--reducers", "3"])
        #expect(result.code == 0)
        #expect(result.output.hasPrefix("topwords: 3 stages\n"))
        #expect(result.output.contains("combine at TopWords.swift"))
        #expect(result.output.contains("3 partitions, sorted by key"))
    }

    @Test func keepsTheScratchDirectoryWhenAsked() throws {
        let result = try Command.run(
            "wordcount",
            [sampleTexts[1], "-o", directory("out"), "--scratch", directory("scratch")]
                + ["--keep-scratch"]
        )
        #expect(result.errors.contains("intermediate files are in " + directory("scratch")))
        let kept = try directory.names(in: "scratch")
        #expect(kept.count == 1)
        #expect(try directory.names(in: "scratch/" + kept[0]).contains("slot0.recorder"))
        let again = try Command.run(
            "wordcount",
            [sampleTexts[1], "-o", directory("out2"), "--scratch", directory("scratch")]
        )
        #expect(again.code == 0)
        #expect(try directory.names(in: "scratch") == kept, "what was kept stays")
    }

    @Test func theManifestMatchesTheFiles() throws {
        #expect(
            try Command.run("wordcount", sampleTexts + ["-o", directory("out"), "--reducers", "2"])
                .code
                == 0
        )
        let script = """
            import json, sys, zlib
            out = sys.argv[1]
            manifest = json.load(open(out + "/_MANIFEST.json"))
            assert manifest["version"] == 1 and manifest["job"] == "wordcount"
            total = 0
            for file in manifest["files"]:
                data = open(out + "/" + file["name"], "rb").read()
                assert len(data) == file["bytes"] and data.count(b"\\n") == file["records"]
                assert "%08x" % zlib.crc32(data) == file["crc32"]
                total += file["records"]
            assert manifest["counters"]["records.written"] == total
            """
        let result = try Command.run(
            "/usr/bin/env",
            ["python3", "-c", script, directory("out")]
        )
        #expect(result.code == 0, "\(result.errors)")
        #expect(
            try directory.names(in: "out")
                == ["_MANIFEST.json", "_SUCCESS", "part-00000.tsv", "part-00001.tsv"]
        )
    }
}
