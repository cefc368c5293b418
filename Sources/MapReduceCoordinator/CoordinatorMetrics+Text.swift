internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel

/// The metric families of a coordinator; `Documentation/Observability.md` lists them.
extension CoordinatorMetrics {
    /// Returns the metrics in Prometheus's text format.
    ///
    /// `workers`: the status of each worker.
    func text(
        _ jobs: Jobs,
        _ workers: [WorkerStatus],
        journalByteCount: Int,
        _ process: ProcessMetrics
    ) -> String {
        var text = MetricsText()
        process.add(to: &text)
        add(jobs, to: &text)
        addAttempts(to: &text)
        addCounters(to: &text)
        add(workers, to: &text)
        addJournal(byteCount: journalByteCount, to: &text)
        http.add(to: &text)
        return text.text
    }

    private func add(_ jobs: Jobs, to text: inout MetricsText) {
        let live = jobs.all.filter { $0.outcome == nil }
        text.add(
            .gauge,
            "mapreduce_jobs",
            "Jobs that have not ended: those that run, and those whose output is put in place.",
            by: "state",
            [
                ("running", live.count(where: \.isRunning)),
                ("committing", live.count { !$0.isRunning }),
            ]
        )
        text.add(
            .counter,
            "mapreduce_jobs_submitted_total",
            "Jobs that were accepted.",
            submittedJobs
        )
        text.add(
            .counter,
            "mapreduce_jobs_finished_total",
            "Jobs that have ended.",
            by: "outcome",
            finishedJobs.all
        )
        text.add(
            "mapreduce_job_duration_seconds",
            "Time from the submission of a job to its end.",
            jobDurations
        )
        var tasks = (pending: 0, running: 0, done: 0)
        var queueLength = 0
        for job in live {
            for (index, stage) in job.stages.enumerated() where job.isRunning {
                guard !stage.pending.isEmpty, job.isReady(stage: index) else { continue }
                queueLength += stage.pending.count
            }
        }
        for stage in live.flatMap(\.stages) {
            tasks.pending += stage.pending.count
            tasks.running += stage.runningCount
            tasks.done += stage.doneCount
        }
        text.add(
            .gauge,
            "mapreduce_tasks",
            "Tasks of the jobs that have not ended; of those that run, each attempt.",
            by: "state",
            [("pending", tasks.pending), ("running", tasks.running), ("done", tasks.done)]
        )
        text.add(
            .gauge,
            "mapreduce_queue_length",
            "Tasks that could run and wait for a slot.",
            queueLength
        )
    }

    private func addAttempts(to text: inout MetricsText) {
        text.add(
            .counter,
            "mapreduce_attempts_started_total",
            "Attempts that were given to workers.",
            startedAttempts
        )
        text.add(
            .counter,
            "mapreduce_attempts_total",
            "Attempts that have ended; lost are those that succeeded, and whose output is gone.",
            by: "outcome",
            attempts.all
        )
        text.add(
            .counter,
            "mapreduce_attempt_failures_total",
            "Attempts that failed, by the kind of their failure.",
            by: "kind",
            failures.all
        )
        text.add(
            "mapreduce_attempt_duration_seconds",
            "Time from the start of an attempt to its report, for those that were not stopped.",
            attemptDurations
        )
        text.add(
            .counter,
            "mapreduce_outputs_differed_total",
            "Tasks that ran twice and wrote different output.",
            differences
        )
        text.add(
            .counter,
            "mapreduce_skipped_records_total",
            "Records that are passed over, because the user's code fails at them.",
            skippedRecords
        )
    }

    private func addCounters(to text: inout MetricsText) {
        for (name, counter, what) in [
            ("read_bytes", BuiltInCounter.bytesRead, "Bytes of input files that were read,"),
            ("read_records", BuiltInCounter.recordsRead, "Records of input files that were read,"),
            ("emitted_pairs", BuiltInCounter.pairsEmitted, "Pairs before they were combined,"),
            ("shuffled_bytes", BuiltInCounter.bytesShuffled, "Bytes of runs that were written,"),
            ("shuffled_pairs", BuiltInCounter.pairsShuffled, "Pairs of runs that were written,"),
            ("received_pairs", BuiltInCounter.pairsReceived, "Pairs that were read from runs,"),
            ("written_bytes", BuiltInCounter.bytesWritten, "Bytes of output files,"),
            ("written_records", BuiltInCounter.recordsWritten, "Records of output files,"),
            ("spills", BuiltInCounter.spills, "Runs written because a task's memory was full,"),
            ("merge_passes", BuiltInCounter.mergePasses, "Merges needed because runs were many,"),
        ] {
            text.add(
                .counter,
                "mapreduce_\(name)_total",
                what + " by attempts that succeeded.",
                counters[counter]
            )
        }
    }

    private func add(_ workers: [WorkerStatus], to text: inout MetricsText) {
        text.add(
            .gauge,
            "mapreduce_workers",
            "Workers that are connected, or that a restarted coordinator waits for.",
            by: "state",
            WorkerStatus.State.allCases.map { state in
                (state.rawValue, workers.count { $0.state == state })
            }
        )
        text.add(
            .counter,
            "mapreduce_workers_joined_total",
            "Workers that have come, or come back.",
            joinedWorkers
        )
        text.add(
            .counter,
            "mapreduce_workers_gone_total",
            "Workers that are not there any more: by themselves, silent for too long, or with "
                + "another one under their URL.",
            by: "reason",
            goneWorkers.all
        )
        text.add(
            .gauge,
            "mapreduce_slots",
            "Slots of all workers.",
            workers.reduce(0) { $0 + $1.slotCount }
        )
        text.add(
            .gauge,
            "mapreduce_slots_busy",
            "Slots that have an attempt.",
            workers.reduce(0) { $0 + $1.runningCount }
        )
        text.add(
            .gauge,
            "mapreduce_heartbeat_max_age_seconds",
            "Time since the quietest worker was heard; 0 without workers.",
            workers.map(\.silence).max() ?? 0
        )
        text.add(
            "mapreduce_poll_duration_seconds",
            "Time to take what a poll reports, but for what it waits afterwards.",
            polls
        )
    }

    private func addJournal(byteCount: Int, to text: inout MetricsText) {
        text.add(
            .counter,
            "mapreduce_journal_entries_total",
            "Entries that were written to the journal.",
            journaledEntries
        )
        text.add(
            "mapreduce_journal_write_duration_seconds",
            "Time until a batch of entries was durable.",
            journalWrites
        )
        text.add(
            .gauge,
            "mapreduce_journal_size_bytes",
            "Bytes of the journal's database and of its log.",
            byteCount
        )
    }
}
