import Foundation
import TestSupport
import Testing

@testable import MapReduceWorker

/// What is given as the executable of a job, and is something else, is not run.
@Suite struct NotAJobTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func submit(_ executable: String) throws -> CommandResult {
        // Nobody listens there; what is not a job is refused before anybody is asked.
        try Command.run(
            "mapreduce",
            ["submit", "--coordinator", "http://127.0.0.1:1", executable, "x", "-o"]
                + [directory("out")]
        )
    }

    @Test func programsAndScriptsAreRefusedByName() throws {
        let script = try directory.write("deploy.sh", "#!/bin/sh -e\ntouch \(directory("ran"))\n")
        let text = try directory.write("notes.txt", "touch \(directory("ran"))\n")
        for path in [script, text] { chmod(path, 0o755) }
        for (executable, reason) in [
            ("/bin/ls", "/bin/ls is not a job"), ("ls", "ls is not a job"),
            (script, "deploy.sh is a script for /bin/sh and not a job"),
            (text, "notes.txt is not a program for Linux of 64 bits"),
            (directory.path, "is not a file"),
            (Command.products + "/mapreduce", "mapreduce is not a job"),
        ] {
            let result = try submit(executable)
            #expect(result.code == 2, "\(executable)")
            #expect(result.errors.contains(reason), "\(result.errors)")
            #expect(result.errors.contains("`swift build`"))
        }
        let manual = try Command.run("mapreduce", ["manual", "-o", directory("man"), script])
        #expect(manual.code == 2 && manual.errors.contains("is a script"), "\(manual.errors)")
        #expect(!FileManager.default.fileExists(atPath: directory("ran")))
    }

    @Test func jobsAreKnownByTheirNote() throws {
        for name in ["wordcount", "grep", "faultyjob"] {
            try ExecutableImage.checkIsJob(Command.products + "/" + name)
        }
    }

    /// Also without their symbols and sections, as `strip` leaves them.
    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/strip"), "needs strip"),
        arguments: ["--strip-all", "--strip-debug"]
    )
    func jobsThatAreStrippedAreKnown(_ option: String) throws {
        let path = directory("wordcount")
        let strip = try Command.run(
            "/usr/bin/strip",
            [option, "-o", path, Command.products + "/wordcount"]
        )
        #expect(strip.code == 0, "\(strip.errors)")
        try ExecutableImage.checkIsJob(path)
    }

    /// Anything may be in a file: no bytes are a trap, and none of these are a job.
    @Test func damagedExecutablesAreRefused() throws {
        let bytes = try readFile(Command.products + "/wordcount").prefix(4096)
        forEachSeed(200) { random in
            var damaged = Array(bytes.prefix(Int.random(in: 0...4096, using: &random)))
            for _ in 0..<Int.random(in: 0...20, using: &random) where !damaged.isEmpty {
                let index = Int.random(in: 0..<min(damaged.count, 900), using: &random)
                damaged[index] = UInt8.random(in: 0...255, using: &random)
            }
            do {
                try ExecutableImage.checkIsJob(try directory.write("damaged", damaged))
            } catch is NotAJobError {
            } catch {
                Issue.record(error)
            }
        }
    }
}
