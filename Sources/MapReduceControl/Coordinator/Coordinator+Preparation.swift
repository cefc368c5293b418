internal import MapReduceModel

/// The tasks of a stage that workers prepare while the stage before is still running.
///
/// Preparation only saves time: a task may still run on another worker.
struct Preparation: Hashable, Sendable {
    let job: JobID
    let stage: Int
    /// The worker of each task; nil when it is gone.
    private var workers: [WorkerID?]

    init(job: JobID, stage: Int, workers: [WorkerID]) {
        self.job = job
        self.stage = stage
        self.workers = workers
    }

    func worker(of task: Int) -> WorkerID? { workers[task] }

    func tasks(of worker: WorkerID) -> [Int] {
        workers.indices.filter { workers[$0] == worker }
    }

    func isOpen(in jobs: Jobs) -> Bool {
        jobs[job].map { job in
            job.isRunning && !job.stages[stage].isDone && !job.stages[stage].isLeftOut
        } ?? false
    }

    mutating func forget(_ gone: [WorkerID]) {
        for task in workers.indices {
            if let worker = workers[task], gone.containsSorted(worker) { workers[task] = nil }
        }
    }
}

extension Coordinator {
    func isPrepared(_ job: JobID, _ stage: Int) -> Bool {
        preparations.contains { $0.job == job && $0.stage == stage }
    }

    func preparedWorker(for task: TaskID) -> WorkerID? {
        preparations.first { $0.job == task.job && $0.stage == task.stage }?
            .worker(of: task.index)
    }

    /// When a stage has an output but is not done, tells workers which tasks of its readers they
    /// will get, spread over the slots, slot by slot.
    mutating func prepareReaders(of task: TaskID) {
        guard policy.preparesTasks, let index = jobs.index(of: task.job),
            jobs.all[index].isRunning, !jobs.all[index].stages[task.stage].isDone
        else { return }
        for reader in jobs.all[index].readers(of: task.stage)
        where !jobs.all[index].stages[reader].isDone && !isPrepared(task.job, reader) {
            prepare(task.job, reader, taskCount: jobs.all[index].stages[reader].tasks.count)
        }
    }

    private mutating func prepare(_ job: JobID, _ stage: Int, taskCount: Int) {
        let candidates = workers.all.filter {
            $0.slots > 0 && !$0.isSuspect && !$0.isUnreachable && !$0.health.isDraining
        }
        var chosen: [WorkerID] = []
        var round = 0
        while chosen.count < taskCount {
            let inRound = candidates.filter { $0.slots > round }.map(\.id)
            if inRound.isEmpty {
                if round == 0 { return }
                round = 0
                continue
            }
            chosen += inRound.prefix(taskCount - chosen.count)
            round += 1
        }
        let preparation = Preparation(job: job, stage: stage, workers: chosen)
        preparations.append(preparation)
        // In the first round each worker gets one, until there are no more.
        for worker in candidates.prefix(taskCount).map(\.id) {
            let tasks = preparation.tasks(of: worker)
            if tasks.isEmpty { continue }
            effects.send(.prepare(job, stage: stage, tasks: tasks), to: worker)
        }
    }
}
