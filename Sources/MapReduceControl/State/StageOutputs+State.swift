package import MapReduceModel

extension StageOutputs {
    /// Creates a part of the log of a stage's outputs: at most `count` entries that follow the
    /// first `after`; `addresses` returns the address of a worker.
    ///
    /// Nil if the log has no such entry and will not get it next.
    package init?(
        of job: JobState,
        stage: Int,
        after: Int,
        atMost count: Int = Policy.maxOutputsInAnswer,
        addresses: (WorkerID) -> WorkerAddress?
    ) {
        guard job.stages.indices.contains(stage),
            0...job.stages[stage].outputLog.count ~= after
        else { return nil }
        let state = job.stages[stage]
        let entries = state.outputLog[after...].prefix(count).map { entry in
            let attempt = state.tasks[Int(entry.task)].attempts[Int(entry.attempt)]
            // An output that was lost since has nothing to read, and a later entry replaces it.
            return Entry(
                task: Int(entry.task),
                attempt: Int(entry.attempt),
                worker: attempt.worker,
                path: attempt.output?.run?.path ?? "",
                byteCount: attempt.output?.run?.byteCount ?? 0
            )
        }
        var holders: [WorkerID] = []
        for worker in entries.map(\.worker).sorted() where holders.last != worker {
            holders.append(worker)
        }
        self.init(
            entries: entries,
            workers: holders.compactMap(addresses),
            isDone: state.isDone || state.isLeftOut
        )
    }
}
