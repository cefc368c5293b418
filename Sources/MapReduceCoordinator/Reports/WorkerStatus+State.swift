internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel

/// The status of the workers of a cluster.
extension WorkerStatus {
    static func all(
        _ coordinator: Coordinator,
        _ sessions: WorkerSessions,
        at now: Instant
    ) -> [WorkerStatus] {
        var excluded: [WorkerID: [JobID]] = [:]
        for job in coordinator.jobs.all where job.isRunning {
            for worker in coordinator.workers.excluded(from: job.id) {
                excluded[worker, default: []].append(job.id)
            }
        }
        return coordinator.workers.all.map { worker in
            let session = sessions[worker.id]
            var status = WorkerStatus(
                id: worker.id,
                url: session?.address.url ?? "",
                slotCount: worker.slots,
                runningCount: worker.runningCount,
                silence: (now - worker.lastHeard).inSeconds,
                state: State(worker)
            )
            status.version = session?.release
            status.load = session?.machine?.load
            status.memory = session?.machine?.memory
            status.disk = session?.machine?.disk
            status.segments = session?.machine?.segments
            status.excludedJobs = excluded[worker.id] ?? []
            status.unreachableFor = worker.unreachableFor
            status.lostSlotCount = worker.profile.slots - worker.slots
            return status
        }
    }
}

extension WorkerStatus.State {
    fileprivate init(_ worker: Workers.Entry) {
        self =
            if worker.profile.slots == 0 {
                .awaited
            } else if worker.slots == 0 {
                .stuck
            } else if worker.isSuspect {
                .suspect
            } else if worker.isUnreachable {
                .unreachable
            } else if worker.health.isDraining {
                .draining
            } else if worker.health.isDiskLow {
                .diskLow
            } else {
                .ready
            }
    }
}
