import Foundation
import MapReduceControl
import MapReduceModel
import MapReduceReport
import Testing

/// Traces keep to the format, and to what viewers make of it: spans of a thread lie within each
/// other or apart.
@Suite struct TraceEventsTests {
    private struct Trace: Decodable {
        var displayTimeUnit: String
        var traceEvents: [Event]
        var otherData: [String: String]
    }

    private struct Event: Decodable {
        var ph: String
        var name: String
        var cat: String?
        var pid: Int
        var tid: Int?
        var ts: Int?
        var dur: Int?
        var id: Int?
        var bp: String?
        var s: String?
        var cname: String?
        var args: [String: Argument]?
    }

    private enum Argument: Decodable, Equatable {
        case number(Int)
        case text(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) {
                self = .number(number)
            } else {
                self = .text(try container.decode(String.self))
            }
        }
    }

    private func events(_ report: JobReport) throws -> [Event] {
        let json = TraceEvents.json(of: report)
        let trace = try JSONDecoder().decode(Trace.self, from: Data(json.utf8))
        #expect(trace.displayTimeUnit == "ms")
        try check(trace.traceEvents)
        return trace.traceEvents
    }

    /// What the format asks of each kind of event, and of all of them together.
    private func check(_ events: [Event]) throws {
        var named: Set<[Int]> = []
        for event in events where event.ph == "M" {
            #expect(event.ts == nil && event.args?.count == 1)
            if event.name == "thread_name" { named.insert([event.pid, try #require(event.tid)]) }
        }
        for event in events where event.ph != "M" {
            let time = try #require(event.ts)
            #expect(time >= 0)
            #expect(event.pid > 0, "0 is the idle process")
            if event.ph == "C" { continue }
            let thread = try #require(event.tid)
            #expect(
                named.contains([event.pid, thread]),
                "\(event.name) is on a thread with a name"
            )
            switch event.ph {
            case "X": #expect(try #require(event.dur) > 0)
            case "i": #expect(event.s == "t")
            case "s": #expect(event.id != nil)
            case "f": #expect(event.id != nil && event.bp == "e")
            default: Issue.record("a kind of event that is not written: \(event.ph)")
            }
        }
        #expect(Set(named.map { $0[1] }).count == named.count, "numbers of threads are unique")
        for thread in named { checkNesting(events.filter { [$0.pid, $0.tid ?? -1] == thread }) }
        checkFlows(events)
    }

    /// In the order in which they stand: a span begins within those that are open, and ends there.
    private func checkNesting(_ events: [Event]) {
        var open: [Int] = []
        var last = 0
        for event in events where event.ph == "X" {
            let (start, end) = (event.ts ?? 0, (event.ts ?? 0) + (event.dur ?? 0))
            #expect(start >= last, "\(event.name): spans stand in the order of their starts")
            last = start
            while let outer = open.last, outer <= start { open.removeLast() }
            if let outer = open.last { #expect(end <= outer, "\(event.name) ends within") }
            open.append(end)
        }
    }

    /// Each arrow has one start and one end, within spans.
    private func checkFlows(_ events: [Event]) {
        let starts = events.filter { $0.ph == "s" }
        let ends = events.filter { $0.ph == "f" }
        #expect(starts.map(\.id) == ends.map(\.id))
        #expect(Set(starts.map(\.id)).count == starts.count)
        for (start, end) in zip(starts, ends) {
            #expect((start.ts ?? 0) <= (end.ts ?? 0))
            #expect(start.name == end.name && start.cat == end.cat)
        }
        for flow in starts + ends {
            #expect(
                events.contains { span in
                    span.ph == "X" && span.pid == flow.pid && span.tid == flow.tid
                        && (span.ts ?? 0) <= (flow.ts ?? 0)
                        && (flow.ts ?? 0) < (span.ts ?? 0) + (span.dur ?? 0)
                },
                "an arrow begins and ends at spans"
            )
        }
    }

    @Test func attemptsAreOnTheirSlotsWithTheirPhases() throws {
        var job = SyntheticJob(seconds: 3)
        job.report.stages[0].start = 0
        job.report.stages[0].end = 3
        job.fill(waves: 3, seconds: 1, times: TaskTimes(read: 0.25, closure: 0.5))
        let events = try events(job.report)
        let attempts = events.filter { $0.cat == "attempt,succeeded" }
        #expect(attempts.map(\.name) == ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5"])
        #expect(attempts.map(\.ts) == [0, 0, 1_000_000, 1_000_000, 2_000_000, 2_000_000])
        #expect(Set(attempts.map(\.tid)).count == 2, "two slots")
        #expect(attempts.allSatisfy { $0.dur == 1_000_000 && $0.cname == nil })
        #expect(attempts[0].args?["records in"] == .number(1000))
        let phases = events.filter { $0.cat == "phase" && $0.tid == attempts[0].tid }
        #expect(phases.map(\.name).prefix(2) == ["read", "closure"])
        #expect(phases.prefix(2).map(\.ts) == [0, 250_000])
        #expect(phases.prefix(2).map(\.dur) == [250_000, 500_000])
        let stage = try #require(events.first { $0.cat == "stage" })
        #expect((stage.name, stage.ts, stage.dur) == ("step at Job.swift:0", 0, 3_000_000))
        let names = events.filter { $0.name.hasSuffix("_name") }.compactMap { $0.args?["name"] }
        #expect(
            names
                == ["job job", "stage 0: step at Job.swift:0", "worker here", "slot 0", "slot 1"]
                .map { .text($0) }
        )
        let running = events.filter { $0.ph == "C" && $0.name == "attempts running" }
        #expect(running.map { $0.args?["value"] } == [2, 2, 2, 0].map { .number($0) })
    }

    @Test func failuresRetriesAndBackupsAreTold() throws {
        var job = SyntheticJob(seconds: 10)
        job.add(task: 0, from: 0, to: 1, state: .failed)
        job.add(task: 0, number: 1, from: 1, to: 2, times: TaskTimes(closure: 9))
        job.add(task: 1, from: 0, to: 9, state: .stopped)
        job.add(task: 1, number: 1, from: 3, to: 9, isBackup: true)
        job.report.failures = [
            JobReport.AttemptFailure(
                stage: 0,
                task: 0,
                number: 0,
                failure: Failure(kind: .threw, message: "a \"bad\"\u{1} line")
            )
        ]
        let events = try events(job.report)
        let failure = try #require(events.first { $0.ph == "i" })
        #expect(failure.ts == 1_000_000)
        #expect(failure.args?["message"] == .text("a \"bad\"\u{1} line"))
        #expect(events.filter { $0.ph == "s" }.map(\.name).sorted() == ["backup", "retry"])
        let again = events.filter { ($0.cat ?? "").hasPrefix("attempt") }
        #expect(again.first { $0.name == "0.0" }?.cname == "terrible")
        #expect(again.first { $0.name == "0.0 (attempt 2)" }?.cat == "attempt,succeeded,retry")
        #expect(again.first { $0.name == "0.1 (backup)" }?.cat == "attempt,succeeded,backup")
        #expect(again.first { $0.name == "0.1" }?.cname == "grey")
    }

    @Test func aRunningJobIsDrawnUpToNow() throws {
        var job = SyntheticJob(seconds: 5)
        job.report.job.phase = .running
        job.add(task: 0, from: 1, to: 1, state: .running)
        job.report.attempts[0].end = nil
        let attempt = try #require(try events(job.report).first { $0.cat == "attempt,running" })
        #expect(attempt.ts == 1_000_000)
        #expect(attempt.dur == 4_000_000)
    }

    /// Starts that are told earlier than the ends before them get lanes of their own.
    @Test func attemptsThatOverlapLieApart() throws {
        var job = SyntheticJob(slots: 1, seconds: 5)
        for task in 0..<5 {
            job.add(task: task, from: Double(task) * 0.1, to: 4, times: TaskTimes(closure: 9))
        }
        let attempts = try events(job.report).filter { $0.cat == "attempt,succeeded" }
        #expect(Set(attempts.map(\.tid)).count == 5)
    }

    @Test func nonsenseKeepsToTheFormat() throws {
        var job = SyntheticJob(seconds: .nan)
        let times: [Double] = [.nan, -1, 1e300, 0, 0.0000001, .infinity, 3]
        for (index, start) in times.enumerated() {
            for (other, end) in times.enumerated() {
                job.add(
                    task: index,
                    number: other,
                    from: start,
                    to: end,
                    times: TaskTimes(read: .infinity, closure: .nan, sort: -5)
                )
            }
        }
        _ = try events(job.report)
    }
}
