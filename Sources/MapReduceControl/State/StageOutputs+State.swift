package import MapReduceModel

extension StageOutputs {
    /// The log of a stage's outputs from an entry on, at most so many entries; `addresses` says
    /// where a worker is.
    ///
    /// Nil where the log has no such entry, and is not about to have it.
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
            // One that was lost since has nothing to read, and a later entry takes its place.
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
