import Foundation
import MapReduceControl
import MapReduceModel
import TestSupport
import Testing

/// `Documentation/job-report.schema.json` describes every report, and every field of it.
@Suite struct ReportSchemaTests {
    private let failure = Failure(
        kind: .crashed,
        message: "the task process crashed",
        run: "/x.run",
        location: RecordLocation(path: "a.txt", offset: 64, recordNumber: 3),
        record: "\"x\"",
        key: "7, 5",
        steps: "map at Words.swift:7",
        backtrace: "f() at Words.swift:8",
        log: "printed"
    )

    /// A report in which every field has a value.
    private func fullReport() throws -> JobReport {
        let job = TaskID(job: JobID(3), stage: 0, index: 0)
        var output = testOutput(AttemptID(task: job, number: 1))
        output.times = TaskTimes(fetch: 1, read: 2, closure: 3, sort: 4, spill: 5, merge: 6)
        output.partitionByteCounts = [3, 4]
        func moment(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }
        let journal: [JournalEntry] = [
            .jobSubmitted(testJob(3, maps: 1, reducers: 2), at: moment(10)),
            .attemptStarted(AttemptID(task: job, number: 0), worker: WorkerID(2), at: moment(11)),
            .attemptFailed(AttemptID(task: job, number: 0), failure, at: moment(12)),
            .attemptStarted(AttemptID(task: job, number: 1), worker: WorkerID(2), at: moment(12)),
            .attemptSucceeded(AttemptID(task: job, number: 1), output, at: moment(14)),
        ]
        let state = try #require(Jobs(replaying: journal)[JobID(3)])
        var status = JobStatus(state, output: "/home/ada/out")
        status.owner = "ada@laptop"
        status.failure = failure
        status.failedAttempt = AttemptID(task: job, number: 0)
        status.differences = [OutputDifference(task: job, first: 0, second: 1)]
        status.iterations = [
            JobStatus.Iteration(
                label: "iterate at Words.swift:9",
                roundCount: 2,
                maxRoundCount: 2,
                until: "changed",
                lastCount: 7
            )
        ]
        status.stages[1].partitions = PartitionSizes([(4, HeavyKey(key: "\"the\"", pairCount: 3))])
        status.verdict = Verdict(
            bound: .sort,
            share: 0.5,
            text: "bound by sort",
            advice: Verdict.Advice(option: "--memory 1G", text: "more memory", saving: 0.2),
            parts: [Verdict.Part(bound: .sort, seconds: 2, share: 1)]
        )
        var report = JobReport(state, status)
        report.plan.stages[1].round = Round(iteration: 0, number: 1, until: "changed", previous: 0)
        report.plan.iterations = [
            IterationPlan(
                step: Step(verb: "iterate", file: "Words.swift", line: 9),
                maxRoundCount: 2,
                until: "changed"
            )
        ]
        report.plan.stages[1].broadcasts = [ShuffleSource(stage: 0, output: 0)]
        report.verdict = status.verdict
        report.settings = JobReport.Settings(
            memoryByteCount: 256 << 20,
            reducerCount: 2,
            splitByteCount: 64 << 20,
            compressesOutput: true
        )
        var worker = JobReport.Worker(id: 2, name: "http://10.0.0.2:9311", slotCount: 4)
        worker.processorCount = 8
        worker.memoryByteCount = 1 << 30
        report.workers = [worker]
        report.replayCommand = "mapreduce replay 3 STAGE.TASK"
        report.lastEvent = 17
        return report
    }

    private func flaws(of report: JobReport) throws -> [String] {
        let text = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
        return try jobReportSchema().flaws(of: try JSONValue(parsing: text))
    }

    @Test func aFullReportIsAsTheSchemaSays() throws {
        let report = try fullReport()
        #expect(try flaws(of: report) == [])
        try checkGolden(report, "Tests/MapReduceControlTests/Golden/job-report.json")
    }

    /// What the golden report has no room for.
    @Test func everyKindOfStageIsDescribed() throws {
        let formats: [InputFormat] = [
            .lines, .jsonLines, .fixed(byteCount: 8), .wholeFiles, .runs,
            .rows(RowSyntax(separator: 44, quote: nil, hasEscapes: true, hasHeader: false)),
            .rows(RowSyntax(separator: 9, quote: 34, hasEscapes: false, hasHeader: true)),
        ]
        var report = try fullReport()
        for format in formats {
            report.plan.stages[0].input = .files(name: "users", format: format)
            #expect(try flaws(of: report) == [], "\(format)")
        }
        report.plan.stages[1].input = .shuffles([
            [ShuffleSource(stage: 0, output: 0)], [ShuffleSource(stage: 0, output: 1)],
        ])
        report.plan.stages[0].outputs = [
            .shuffle(partitionCount: 2), .combinedShuffle(partitionCount: 2),
            .rangeShuffle(partitionCount: 2), .files(name: "left"),
        ]
        #expect(try flaws(of: report) == [])
        for kind in FailureKind.allCases {
            report.failures[0].failure.kind = kind
            #expect(try flaws(of: report) == [], "\(kind)")
        }
        for phase in JobStatus.Phase.allCases {
            report.job.phase = phase
            #expect(try flaws(of: report) == [], "\(phase)")
        }
        for bound in Verdict.Bound.allCases {
            report.verdict?.bound = bound
            #expect(try flaws(of: report) == [], "\(bound)")
        }
    }

    /// A job that has just begun has few fields.
    @Test func aReportOfNothingIsAsTheSchemaSays() throws {
        let state = try #require(
            Jobs(replaying: [.jobSubmitted(testJob(1, maps: 2, reducers: 1), at: .zero)])[JobID(1)]
        )
        let report = JobReport(state, JobStatus(state, output: "/out"))
        #expect(try flaws(of: report) == [])
        #expect(report.attempts.isEmpty && report.stages[0].start == nil)
    }

    @Test func theSchemaSaysWhatEachFieldIs() throws {
        #expect(try jobReportSchema().undescribed == [])
    }

    /// Else the tests above would say nothing.
    @Test func aDocumentOfAnotherKindHasFlaws() throws {
        let text = String(decoding: try JSONEncoder().encode(try fullReport()), as: UTF8.self)
        for (part, other) in [
            ("\"version\":1", "\"version\":2"), ("\"lastEvent\":17", "\"lastEvent\":\"17\""),
            ("\"lastEvent\":17", "\"lastEvent\":1.5"), ("\"isBackup\":false", "\"isBackup\":0"),
            ("\"state\":\"failed\"", "\"state\":\"fled\""), ("\"slotCount\"", "\"slots\""),
            ("\"share\":0.5", "\"share\":1.5"), ("\"lines\":{}", "\"words\":{}"),
        ] {
            #expect(text.contains(part), "\(part)")
            let changed = text.replacingOccurrences(of: part, with: other)
            let flaws = try jobReportSchema().flaws(of: try JSONValue(parsing: changed))
            #expect(!flaws.isEmpty, "\(other)")
        }
    }
}
