internal import MapReduceModel

/// The number of times that attempts of a job failed on a worker through their own fault.
///
/// A worker on which a job failed too often gets no more of its tasks.
struct WorkerFailures: Hashable, Sendable {
    /// In the order of the jobs.
    private var jobs: [JobFailures] = []
    private let limit: Int

    private struct JobFailures: Hashable, Sendable {
        let job: JobID
        /// In the order of the workers.
        var counts: [Count] = []
        /// The workers that have reached the limit, in their order.
        var excluded: [WorkerID] = []
    }

    private struct Count: Hashable, Sendable {
        let worker: WorkerID
        var count = 1
    }

    init(limit: Int) { self.limit = limit }

    /// Cost: linear in the number of workers on which the job failed.
    mutating func add(_ job: JobID, on worker: WorkerID) {
        let entry = makeEntry(of: job)
        let index = jobs[entry].counts.partitioningIndex { !($0.worker < worker) }
        if index < jobs[entry].counts.count, jobs[entry].counts[index].worker == worker {
            jobs[entry].counts[index].count += 1
        } else {
            jobs[entry].counts.insert(Count(worker: worker), at: index)
        }
        if jobs[entry].counts[index].count == limit { exclude(worker, from: job) }
    }

    /// Excludes a worker from a job, regardless of what has failed there.
    mutating func exclude(_ worker: WorkerID, from job: JobID) {
        let entry = makeEntry(of: job)
        guard !jobs[entry].excluded.containsSorted(worker) else { return }
        let position = jobs[entry].excluded.partitioningIndex { !($0 < worker) }
        jobs[entry].excluded.insert(worker, at: position)
    }

    private mutating func makeEntry(of job: JobID) -> Int {
        let entry = position(of: job)
        if entry == jobs.count || jobs[entry].job != job {
            jobs.insert(JobFailures(job: job), at: entry)
        }
        return entry
    }

    /// The workers that get no more tasks of a job, in order.
    ///
    /// Never more than a third of the workers: beyond that the job is at fault, and no worker is
    /// excluded.
    func excluded(from job: JobID, workerCount: Int) -> [WorkerID] {
        let entry = position(of: job)
        guard entry < jobs.count, jobs[entry].job == job else { return [] }
        return jobs[entry].excluded.count * 3 <= workerCount ? jobs[entry].excluded : []
    }

    private func position(of job: JobID) -> Int { jobs.partitioningIndex { !($0.job < job) } }

    /// Removes workers that are gone; they are sorted.
    mutating func remove(_ workers: [WorkerID]) {
        for entry in jobs.indices {
            jobs[entry].counts.removeAll { workers.containsSorted($0.worker) }
            jobs[entry].excluded.removeAll { workers.containsSorted($0) }
        }
    }

    mutating func forget(_ job: JobID) { jobs.removeAll { $0.job == job } }
}
