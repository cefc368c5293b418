internal import MapReduceControl
internal import MapReduceModel

/// What a coordinator counts, beside what its state tells.
struct CoordinatorMetrics {
    private var attempts: [(outcome: String, count: Int)] = [
        ("succeeded", 0), ("failed", 0), ("stopped", 0), ("lost", 0), ("audited", 0),
    ]
    private var finishedJobs: [(outcome: JobStatus.Phase, count: Int)] =
        JobStatus.Phase.allCases.filter(\.isFinished).map { ($0, 0) }
    /// Tasks that wrote different output when they ran again.
    private var differences = 0
    private var counters = Counters()
    private var polls = LatencyHistogram()

    mutating func count(_ entries: [JournalEntry]) {
        for entry in entries {
            switch entry {
            case .attemptSucceeded(_, let output, _):
                attempts[0].count += 1
                counters.add(output.counters)
            case .attemptFailed: attempts[1].count += 1
            case .attemptStopped: attempts[2].count += 1
            case .outputLost: attempts[3].count += 1
            case .attemptAudited: attempts[4].count += 1
            case .outputsDiffered: differences += 1
            case .jobFinished(_, let outcome, _):
                if let index = finishedJobs.firstIndex(where: { $0.outcome == outcome.phase }) {
                    finishedJobs[index].count += 1
                }
            case .jobSubmitted, .attemptStarted, .recordSkipped, .inputChanged, .commitBegan,
                .jobRetired:
                break
            }
        }
    }

    mutating func polled(_ duration: Duration) { polls.add(duration) }

    /// The metrics in Prometheus' text format.
    func text(_ coordinator: Coordinator) -> String {
        var text = MetricsText()
        let running = coordinator.jobs.all.filter { $0.outcome == nil }
        text.add("mapreduce_jobs", "gauge", "Jobs that have not ended.", running.count)
        text.add(
            "mapreduce_jobs_finished_total",
            "counter",
            "Jobs that ended since the coordinator was started.",
            by: "outcome",
            finishedJobs.map { ($0.outcome.rawValue, $0.count) }
        )
        var tasks = (pending: 0, running: 0, done: 0)
        for stage in running.flatMap(\.stages) {
            tasks.pending += stage.pending.count
            tasks.running += stage.runningCount
            tasks.done += stage.doneCount
        }
        text.add(
            "mapreduce_tasks",
            "gauge",
            "Tasks of the jobs that have not ended.",
            by: "state",
            [("pending", tasks.pending), ("running", tasks.running), ("done", tasks.done)]
        )
        text.add("mapreduce_queue_length", "gauge", "Tasks that wait.", tasks.pending)
        text.add(
            "mapreduce_attempts_total",
            "counter",
            "Attempts that ended since the coordinator was started.",
            by: "outcome",
            attempts
        )
        text.add(
            "mapreduce_outputs_differed_total",
            "counter",
            "Tasks that ran twice and wrote different output.",
            differences
        )
        for (name, counter, what) in [
            ("read", BuiltInCounter.bytesRead, "read from input files"),
            ("shuffled", BuiltInCounter.bytesShuffled, "written as runs"),
            ("written", BuiltInCounter.bytesWritten, "written as output"),
        ] {
            text.add(
                "mapreduce_bytes_\(name)_total",
                "counter",
                "Bytes \(what) by attempts that succeeded.",
                counters[counter]
            )
        }
        text.add("mapreduce_workers", "gauge", "Workers.", coordinator.workers.all.count)
        text.add(
            "mapreduce_slots",
            "gauge",
            "Slots of all workers.",
            coordinator.workers.all.reduce(0) { $0 + $1.slots }
        )
        text.add("mapreduce_poll_seconds", "Time to answer a poll, but for what it waits.", polls)
        return text.text
    }
}
