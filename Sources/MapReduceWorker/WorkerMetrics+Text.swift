internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel

/// The metric families of a worker; `Documentation/Observability.md` lists them.
extension WorkerMetrics {
    /// A worker's data on its disk, and the disk itself.
    struct Storage {
        var runCount: Int
        var runByteCount: Int
        var freeByteCount: Int
        var diskByteCount: Int

        /// Reads the current values.
        ///
        /// Cost: two file-system queries, which block.
        init(_ store: JobStore) throws {
            let held = store.heldSegments
            (runCount, runByteCount) = (held.count, held.byteCount)
            freeByteCount = try Files.freeByteCount(at: store.scratch)
            diskByteCount = try Files.totalByteCount(at: store.scratch)
        }
    }

    /// Returns the metrics in the Prometheus text format.
    func text(slotCount: Int, _ storage: Storage, _ process: ProcessMetrics) -> String {
        let state = current
        var text = MetricsText()
        process.add(to: &text)
        addTasks(state, slotCount, to: &text)
        addFetches(state, to: &text)
        add(storage, to: &text)
        text.add(
            .gauge,
            "mapreduce_worker_joined",
            "1 while the worker is part of a cluster, else 0.",
            state.isJoined ? 1 : 0
        )
        text.add(
            "mapreduce_worker_poll_duration_seconds",
            "Time until a poll was answered, what it waited included.",
            state.polls
        )
        text.add(
            .counter,
            "mapreduce_worker_poll_failures_total",
            "Polls that were not answered, or were refused.",
            state.failedPolls
        )
        http.add(to: &text)
        return text.text
    }

    private func addTasks(_ state: State, _ slotCount: Int, to text: inout MetricsText) {
        text.add(.gauge, "mapreduce_worker_slots", "Tasks that it runs at once.", slotCount)
        text.add(
            .gauge,
            "mapreduce_worker_slots_busy",
            "Tasks that run.",
            state.runningCount
        )
        text.add(
            .counter,
            "mapreduce_worker_attempts_total",
            "Attempts that task processes have ended.",
            by: "outcome",
            [("succeeded", state.succeeded), ("failed", state.failed)]
        )
        text.add(
            "mapreduce_worker_attempt_duration_seconds",
            "Time that attempts took in their task processes, without what they waited for.",
            state.attemptDurations
        )
        text.add(
            .counter,
            "mapreduce_worker_task_processes_started_total",
            "Task processes that were started.",
            state.startedProcesses
        )
        text.add(
            .counter,
            "mapreduce_worker_task_processes_crashed_total",
            "Task processes that ended by themselves while they ran an attempt, or hung.",
            state.crashedProcesses
        )
    }

    private func addFetches(_ state: State, to text: inout MetricsText) {
        text.add(
            .counter,
            "mapreduce_worker_fetches_total",
            "Segments, lists of blocks and ranges of blocks that were fetched, or could not be.",
            by: "outcome",
            [("succeeded", state.fetched), ("failed", state.failedFetches)]
        )
        text.add(
            .counter,
            "mapreduce_worker_fetch_retries_total",
            "Fetches that were tried again.",
            state.repeatedFetches
        )
        text.add(
            .counter,
            "mapreduce_worker_fetched_bytes_total",
            "Bytes that were fetched from other workers.",
            state.fetchedByteCount
        )
        text.add(
            "mapreduce_worker_fetch_duration_seconds",
            "Time until what was fetched was there and verified, with all tries.",
            state.fetchDurations
        )
        text.add(
            .counter,
            "mapreduce_worker_served_segments_total",
            "Segments that other workers have asked for.",
            state.servedSegments
        )
        text.add(
            .counter,
            "mapreduce_worker_served_bytes_total",
            "Bytes of segments that other workers have asked for.",
            state.servedByteCount
        )
    }

    private func add(_ storage: Storage, to text: inout MetricsText) {
        text.add(
            .gauge,
            "mapreduce_worker_runs",
            "Runs that are kept for those who read them.",
            storage.runCount
        )
        text.add(
            .gauge,
            "mapreduce_worker_run_bytes",
            "Bytes of the runs that are kept.",
            storage.runByteCount
        )
        text.add(
            .gauge,
            "mapreduce_worker_scratch_free_bytes",
            "Bytes that are free on the disk of the scratch directory.",
            storage.freeByteCount
        )
        text.add(
            .gauge,
            "mapreduce_worker_scratch_size_bytes",
            "Bytes of the disk of the scratch directory.",
            storage.diskByteCount
        )
    }
}
