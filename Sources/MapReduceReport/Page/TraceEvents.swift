internal import MapReduceControl
package import MapReduceModel

/// A job as trace events, for Perfetto and for `chrome://tracing`.
///
/// The format is that of Chrome's trace viewer ("Trace Event Format", JSON object form). Each
/// worker is a process with a thread for each of its slots; the job is another process with a
/// thread for each stage. Times are microseconds since the job was submitted. Within an attempt the
/// sums of its phases follow one another, as if each phase had run without interruption.
package enum TraceEvents {
    /// Returns the document.
    ///
    /// Cost: that of sorting the attempts by time.
    package static func json(of report: JobReport) -> String {
        var trace = TraceWriter()
        let lanes = SlotLanes(report)
        describe(report, lanes, to: &trace)
        addStages(of: report, lanes, to: &trace)
        for placed in lanes.attempts { add(placed, of: report, to: &trace) }
        addFlows(of: lanes, to: &trace)
        addCounters(of: report, lanes, to: &trace)
        return trace.document(
            ("job", .text(report.job.name)),
            ("state", .text(report.job.phase.rawValue)),
            ("verdict", .text(report.verdict?.text ?? ""))
        )
    }

    /// The process that represents the job; the workers' processes come after it.
    ///
    /// No process is 0, which viewers interpret as the idle process.
    static let jobProcess = 1

    // MARK: Names

    private static func describe(
        _ report: JobReport,
        _ lanes: SlotLanes,
        to trace: inout TraceWriter
    ) {
        trace.nameProcess(jobProcess, "job \(report.job.name)", order: 0)
        for stage in report.stages.indices {
            trace.nameThread(
                jobProcess,
                lanes.thread(ofStage: stage),
                "stage \(stage): \(label(of: stage, report))",
                order: stage
            )
        }
        for (index, worker) in lanes.workers.enumerated() {
            trace.nameProcess(worker.process, "worker \(worker.name)", order: index + 1)
            for slot in 0..<worker.laneCount {
                trace.nameThread(
                    worker.process,
                    worker.firstThread + slot,
                    "slot \(slot)",
                    order: slot
                )
            }
        }
    }

    private static func label(of stage: Int, _ report: JobReport) -> String {
        report.plan.stages.indices.contains(stage)
            ? report.plan.stages[stage].label : "stage \(stage)"
    }

    // MARK: Spans

    private static func addStages(
        of report: JobReport,
        _ lanes: SlotLanes,
        to trace: inout TraceWriter
    ) {
        for (index, stage) in report.stages.enumerated() {
            guard let start = stage.start, let end = stage.end else { continue }
            let from = SlotLanes.microseconds(start)
            trace.add(
                "X",
                name: label(of: index, report),
                category: "stage",
                process: jobProcess,
                thread: lanes.thread(ofStage: index),
                time: from,
                [
                    ("dur", .number(max(SlotLanes.microseconds(end) - from, 1))),
                    (
                        "args",
                        .object(
                            stage.counters.entries.map { ($0.name, .number($0.value)) }
                        )
                    ),
                ]
            )
        }
    }

    private static func add(
        _ placed: SlotLanes.Placed,
        of report: JobReport,
        to trace: inout TraceWriter
    ) {
        let attempt = placed.attempt
        var fields: [(String, TraceWriter.Value)] = [
            ("dur", .number(placed.end - placed.start))
        ]
        if let color = color(of: attempt) { fields.append(("cname", .text(color))) }
        fields.append(
            (
                "args",
                .object([
                    ("steps", .text(label(of: attempt.stage, report))),
                    ("state", .text(attempt.state.rawValue)),
                    ("attempt", .number(attempt.number)),
                    ("records in", .number(attempt.recordsIn)),
                    ("records out", .number(attempt.recordsOut)),
                    ("bytes in", .number(attempt.bytesIn)),
                    ("bytes out", .number(attempt.bytesOut)),
                    (
                        "processor µs",
                        .number(SlotLanes.microseconds(Double(attempt.times?.cpu ?? 0)))
                    ),
                ])
            )
        )
        trace.add(
            "X",
            name: "\(attempt.stage).\(attempt.task)" + suffix(of: attempt),
            category: categories(of: attempt),
            process: placed.process,
            thread: placed.thread,
            time: placed.start,
            fields
        )
        addPhases(of: placed, to: &trace)
        guard attempt.state == .failed else { return }
        let failure = report.failures.first {
            ($0.stage, $0.task, $0.number) == (attempt.stage, attempt.task, attempt.number)
        }
        trace.add(
            "i",
            name: "failed: \(attempt.stage).\(attempt.task)",
            category: "failure",
            process: placed.process,
            thread: placed.thread,
            time: placed.end,
            [
                ("s", .text("t")),
                ("args", .object([("message", .text(failure?.failure.message ?? ""))])),
            ]
        )
    }

    /// Adds the sums of the phases, one after another within the attempt.
    private static func addPhases(of placed: SlotLanes.Placed, to trace: inout TraceWriter) {
        guard let times = placed.attempt.times else { return }
        let phases = [
            ("fetch", times.fetch), ("read", times.read), ("merge", times.merge),
            ("closure", times.closure), ("sort", times.sort), ("spill", times.spill),
            ("write", times.write), ("commit", times.commit),
        ]
        var passed = 0.0
        for (name, seconds) in phases {
            let start = min(placed.start + SlotLanes.microseconds(passed), placed.end)
            passed += MeasuredAttempt.bounded(Double(seconds))
            let end = min(placed.start + SlotLanes.microseconds(passed), placed.end)
            guard start < end else { continue }
            trace.add(
                "X",
                name: name,
                category: "phase",
                process: placed.process,
                thread: placed.thread,
                time: start,
                [("dur", .number(end - start))]
            )
        }
    }

    // MARK: Unusual events

    private static func suffix(of attempt: JobReport.Attempt) -> String {
        if attempt.isBackup { return " (backup)" }
        return attempt.number > 0 ? " (attempt \(attempt.number &+ 1))" : ""
    }

    private static func categories(of attempt: JobReport.Attempt) -> String {
        var names = ["attempt", attempt.state.rawValue]
        if attempt.isBackup {
            names.append("backup")
        } else if attempt.number > 0 {
            names.append("retry")
        }
        return names.joined(separator: ",")
    }

    /// Returns one of the viewer's own color names; nil for the usual color.
    private static func color(of attempt: JobReport.Attempt) -> String? {
        switch attempt.state {
        case .failed, .lost: return "terrible"
        case .stopped: return "grey"
        case .audited: return "olive"
        case .running: return "thread_state_runnable"
        case .succeeded:
            if attempt.isBackup { return "yellow" }
            return attempt.number > 0 ? "bad" : nil
        }
    }

    /// Adds an arrow from each attempt to the next one of its task.
    private static func addFlows(of lanes: SlotLanes, to trace: inout TraceWriter) {
        let attempts = lanes.attempts.sorted {
            ($0.attempt.stage, $0.attempt.task, $0.attempt.number)
                < ($1.attempt.stage, $1.attempt.task, $1.attempt.number)
        }
        var number = 0
        for (old, new) in zip(attempts, attempts.dropFirst())
        where (old.attempt.stage, old.attempt.task) == (new.attempt.stage, new.attempt.task)
            // Arrows go forward in time.
            && old.start <= new.start
        {
            number += 1
            let name = new.attempt.isBackup ? "backup" : "retry"
            trace.add(
                "s",
                name: name,
                category: "again",
                process: old.process,
                thread: old.thread,
                time: min(old.end - 1, new.start),
                [("id", .number(number))]
            )
            trace.add(
                "f",
                name: name,
                category: "again",
                process: new.process,
                thread: new.thread,
                time: new.start,
                [("id", .number(number)), ("bp", .text("e"))]
            )
        }
    }

    // MARK: Sums over time

    private static func addCounters(
        of report: JobReport,
        _ lanes: SlotLanes,
        to trace: inout TraceWriter
    ) {
        let moments =
            (lanes.attempts.map { (time: $0.start, change: 1, attempt: $0.attempt) }
            + lanes.attempts.map { (time: $0.end, change: -1, attempt: $0.attempt) })
            .sorted { ($0.time, $0.change) < ($1.time, $1.change) }
        var (running, done, read) = (0, 0, 0)
        for (index, moment) in moments.enumerated() {
            running += moment.change
            if moment.change < 0, moment.attempt.state == .succeeded {
                done += 1
                read &+= max(moment.attempt.recordsIn, 0)
            }
            // Skips all but the last of the values at the same time.
            let next = index + 1
            if next < moments.count, moments[next].time == moment.time { continue }
            for (name, value) in [
                ("attempts running", running), ("tasks done", done), ("records read", read),
            ] {
                trace.add(
                    "C",
                    name: name,
                    category: "counter",
                    process: jobProcess,
                    thread: nil,
                    time: moment.time,
                    [("args", .object([("value", .number(value))]))]
                )
            }
        }
    }
}
