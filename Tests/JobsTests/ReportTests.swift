import Foundation
import MapReduceModel
import TestSupport
import Testing

/// What runs leave behind that tells how they went: reports, traces and the page that follows them.
@Suite struct ReportTests {
    private let directory: TemporaryDirectory
    private var out: String { directory("out") }
    private var report: String { directory("report.html") }
    private var trace: String { directory("trace.json") }
    private let text = sampleTexts[1]

    init() throws { directory = try TemporaryDirectory() }

    /// The report that is in a page.
    private func reportInPage(_ path: String) throws -> JobReport {
        let page = try readText(path)
        let opening = try #require(
            page.range(
                of: #"<script[^>]*type="application/json"[^>]*>"#,
                options: .regularExpression
            )
        )
        let closing = try #require(
            page.range(of: "</script>", range: opening.upperBound..<page.endIndex)
        )
        let json = page[opening.upperBound..<closing.lowerBound]
        return try JSONDecoder().decode(JobReport.self, from: Data(json.utf8))
    }

    private struct Trace: Decodable {
        struct Event: Decodable {
            var ph: String
            var name: String
            var cat: String?
        }

        var traceEvents: [Event]
    }

    private func events(_ path: String) throws -> [Trace.Event] {
        try JSONDecoder().decode(Trace.self, from: Data(try readFile(path))).traceEvents
    }

    private func run(_ arguments: [String], _ name: String = "wordcount") throws -> CommandResult {
        try Command.run(name, [text, "-o", out] + arguments)
    }

    @Test func aRunLeavesItsReportAndItsTrace() throws {
        let before = Date().timeIntervalSince1970
        let result = try run(
            ["--report", report, "--trace", trace, "--workers", "2", "--reducers", "3"]
        )
        #expect(result.code == 0, "\(result.errors)")
        let told = try reportInPage(report)
        #expect(told.job.phase == .succeeded)
        #expect(told.job.name == "wordcount")
        #expect(told.job.output == out)
        #expect(told.job.owner.contains("@"))
        #expect((before...Date().timeIntervalSince1970).contains(told.job.submittedAt))
        #expect(told.job.seconds > 0)
        #expect(told.workers.map(\.slotCount) == [2])
        #expect(told.workers[0].processorCount ?? 0 > 0)
        #expect(told.settings?.reducerCount == 3)
        #expect(told.attempts.count { $0.stage == 1 } == 3)
        #expect(told.attempts.allSatisfy { $0.state == .succeeded })
        #expect(told.job.counters["records.read"] == told.stages[0].counters["records.read"])
        let verdict = try #require(told.verdict)
        #expect(result.errors.contains("  \(verdict.text)\n"), "\(result.errors)")
        #expect(told.job.verdict == verdict)
        let attempts = try events(trace).filter { ($0.cat ?? "").hasPrefix("attempt") }
        #expect(attempts.count == told.attempts.count)
        // What runs a task again asks for no reports.
        let command = try #require(told.replayCommand)
        #expect(command.hasSuffix("\(text) -o \(out) --workers 2 --reducers 3"), "\(command)")
        let replayed = try Command.run(
            "/bin/sh",
            ["-c", command.replacingOccurrences(of: "STAGE.TASK", with: "1.2")]
        )
        #expect(replayed.code == 0, "\(replayed.errors)")
    }

    /// A page of its own: nothing is fetched, and it holds what the run did.
    @Test func aReportOfAnEarlierRunIsReplaced() throws {
        try directory.write("report.html", "earlier")
        let result = try run(["--report", report, "-q"])
        #expect(result.code == 0)
        #expect(result.errors == "")
        #expect(try reportInPage(report).job.phase == .succeeded)
        #expect(try directory.names() == ["out", "report.html"], "nothing is left beside it")
    }

    @Test(arguments: [[], ["--in-process"]])
    func aJobThatFailedLeavesAReport(_ how: [String]) throws {
        let result = try run(
            ["--report", report, "--trace", trace, "--map-at", "lantern", "--fault", "throw"]
                + ["--max-attempts", "2", "--workers", "1"] + how,
            "faultyjob"
        )
        #expect(result.code == 1)
        let told = try reportInPage(report)
        #expect(told.job.phase == .failed)
        #expect(told.verdict == nil)
        #expect(told.attempts.map(\.state) == [.failed, .failed])
        #expect(told.failures.count == 2)
        #expect(told.failures[0].failure.message == "the test asked for an error")
        #expect(told.job.failure?.record?.contains("lantern") == true)
        let failures = try events(trace).filter { $0.ph == "i" }
        #expect(failures.map(\.name) == ["failed: 0.0", "failed: 0.0"])
        #expect(!FileManager.default.fileExists(atPath: out))
    }

    /// The thread of the attempt goes on, and the run ends.
    @Test func aHangInProcessLeavesAReport() throws {
        let result = try run(
            ["--report", report, "--map-at", "lantern", "--fault", "spin", "--in-process"]
                + ["--task-timeout", "1", "--workers", "1"],
            "faultyjob"
        )
        #expect(result.code == 1)
        let told = try reportInPage(report)
        #expect(told.job.phase == .failed)
        #expect(told.job.failure?.kind == .timedOut)
        #expect(told.failures.map(\.failure.kind) == [.timedOut])
        #expect(told.attempts.map(\.state) == [.failed])
    }

    // MARK: While it runs

    /// A run that waits until a file is there.
    private func waitingRun(_ arguments: [String]) throws -> Command {
        let command = try Command(
            "boundjob",
            [try directory.write("in.txt", "a\nb\nc\n"), "-o", out]
                + ["--wait-for", directory("go"), "--workers", "1"] + arguments,
            environment: ["TMPDIR": directory.path]
        )
        try command.start()
        return command
    }

    /// The page that a run follows, found in what it has said.
    private func dashboard(of command: Command) throws -> String {
        let line = try #require(
            eventuallyValue {
                command.errorsSoFar.split(separator: "\n").first { $0.hasPrefix("dashboard: ") }
            },
            "\(command.errorsSoFar)"
        )
        let url = try #require(URL(string: String(line.dropFirst("dashboard: ".count))))
        #expect(url.isFileURL)
        return url.path
    }

    private func eventuallyValue<Value>(_ find: () throws -> Value?) rethrows -> Value? {
        var found: Value?
        _ = try eventually {
            found = try find()
            return found != nil
        }
        return found
    }

    /// The report that the page reads; nil before there is one.
    private func followed(_ page: String) throws -> JobReport? {
        let path = (page as NSString).deletingLastPathComponent + "/report.js"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let script = try readText(path)
        let prefix = "window.mapreduceReport("
        let suffix = ");\n"
        #expect(script.hasPrefix(prefix) && script.hasSuffix(suffix), "never half of it")
        let json = script.dropFirst(prefix.count).dropLast(suffix.count)
        return try JSONDecoder().decode(JobReport.self, from: Data(json.utf8))
    }

    @Test func aPageFollowsTheRunAndStays() throws {
        let command = try waitingRun(["--dashboard"])
        let page = try dashboard(of: command)
        #expect(try readText(page).contains("report.js"))
        let first = try #require(
            try eventuallyValue { try followed(page).flatMap { $0.attempts.isEmpty ? nil : $0 } }
        )
        #expect(first.job.phase == .running)
        #expect(first.attempts.map(\.state) == [.running])
        let later = try eventuallyValue {
            try followed(page).flatMap { $0.job.seconds > first.job.seconds ? $0 : nil }
        }
        #expect(later?.job.phase == .running, "it is written again")
        try directory.write("go", "")
        let result = try command.wait()
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors.contains("/index.html shows how the job ended, and stays\n"))
        let last = try #require(try followed(page))
        #expect(last.job.phase == .succeeded)
        #expect(last.verdict != nil)
    }

    @Test func aPageLiesInTheScratchDirectoryThatWasAskedFor() throws {
        let result = try run(["--dashboard", "-q", "--scratch", directory("scratch")])
        #expect(result.code == 0)
        let names = try directory.names(in: "scratch")
        #expect(names.count == 1 && names[0].hasPrefix("_mapreduce-dashboard-"), "\(names)")
        #expect(result.errors.hasPrefix("dashboard: file:///"), "it was asked for")
        #expect(result.errors.split(separator: "\n").count == 1)
    }

    @Test func aRunThatIsInterruptedLeavesAReport() throws {
        let command = try waitingRun(["--dashboard", "--report", report, "--trace", trace])
        let page = try dashboard(of: command)
        _ = try eventually { try followed(page)?.attempts.isEmpty == false }
        command.send(SIGINT)
        let result = try command.wait()
        #expect(result.code == 130, "\(result.errors)")
        let told = try reportInPage(report)
        #expect(told.job.phase == .cancelled)
        #expect(told.attempts.map(\.state) == [.stopped])
        #expect(told.verdict == nil)
        #expect(try followed(page)?.job.phase == .cancelled)
        #expect(try events(trace).contains { $0.cat == "attempt,stopped" })
        #expect(!FileManager.default.fileExists(atPath: out))
    }

    // MARK: What is refused

    @Test(arguments: ["--report", "--trace"])
    func whatCannotBeWrittenIsRefusedBeforeTheRun(_ option: String) throws {
        let input = try directory.write("in.txt", "a\n")
        try directory.write("plain", "")
        func refuse(_ path: String, _ words: String, _ more: [String] = []) throws {
            let result = try Command.run("wordcount", [input, "-o", out, option, path] + more)
            #expect(result.code == 2, "\(path): \(result.errors)")
            #expect(result.errors.contains(words), "\(result.errors)")
            #expect(!FileManager.default.fileExists(atPath: out), "nothing was run")
        }
        try refuse(directory.path, "is a directory")
        try refuse(directory("none/file"), "there is no directory \(directory("none"))")
        try refuse(directory("plain/file"), "plain/file")
        try refuse(input, "which the job reads")
        try refuse("", "is empty")
        try refuse("/proc/report", "/proc/report")
        try refuse(directory("x"), "--replay", ["--replay", "0.0"])
        try refuse(directory("x"), "--plan", ["--plan"])
        #expect(try readText(input) == "a\n")
        #expect(try directory.names() == ["in.txt", "plain"])
    }

    @Test func theOutputHoldsNoReport() throws {
        #expect(try run(["-q"]).code == 0)
        let result = try run(["--overwrite", "--report", out + "/report.html"])
        #expect(result.code == 2)
        #expect(result.errors.contains("lies in the output"))
    }

    @Test func oneFileCannotBeBoth() throws {
        let result = try run(["--report", report, "--trace", report])
        #expect(result.code == 2)
        #expect(result.errors.contains("the same file"))
    }

    /// A pipe, a device or a link is written where it is.
    @Test func whatIsNoPlainFileStaysWhatItIs() throws {
        try directory.write("target", "old")
        try FileManager.default.createSymbolicLink(
            atPath: directory("link"),
            withDestinationPath: directory("target")
        )
        #expect(try run(["-q", "--report", "/dev/null", "--trace", directory("link")]).code == 0)
        #expect(try events(directory("target")).isEmpty == false)
        let type = try FileManager.default.attributesOfItem(atPath: directory("link"))[.type]
        #expect(type as? FileAttributeType == .typeSymbolicLink)
    }
}
