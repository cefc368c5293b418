internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceReport

/// The findings about the workers.
extension Diagnosis {
    static func name(_ worker: WorkerStatus) -> String { "worker \(worker.id.number)" }

    func findings(of workers: [Observations.Worker]) -> [Finding] {
        if workers.isEmpty {
            return [
                .problem(
                    "cluster",
                    "workers",
                    "none has joined",
                    "start some: `mapreduce worker --coordinator \(seen.coordinatorURL)` on each "
                        + "machine"
                )
            ]
        }
        let slots = workers.reduce(0) { $0 &+ max($1.status.slotCount, 0) }
        let summary = Finding.ok(
            "cluster",
            "workers",
            "\(Format.count(workers.count, "worker")) with \(Format.count(slots, "slot"))"
        )
        return [summary] + workers.flatMap { findings(of: $0, among: workers) }
    }

    private func findings(
        of worker: Observations.Worker,
        among all: [Observations.Worker]
    ) -> [Finding] {
        let subject = Self.name(worker.status)
        var findings = [heard(worker.status)]
        switch worker.serviceStatus {
        case nil: break
        case .unreachable(let reason):
            findings.append(unreachable(worker, reason, all))
        case .refused(let status, let code, let message):
            findings += refusal(subject, status, code, message)
        case .answered(let status, let clock):
            findings.append(.ok(subject, "reachable", "answers at \(worker.status.url)"))
            findings.append(Self.version(subject, status))
            if let clock { findings.append(self.clock(subject, clock)) }
            if let diagnostics = status.diagnostics {
                findings += self.findings(of: diagnostics, status, worker, all)
            }
        }
        return findings
    }

    /// Returns the finding about whether the coordinator hears from a worker and gives it work.
    private func heard(_ status: WorkerStatus) -> Finding {
        let subject = Self.name(status)
        let ago = "heard \(Format.duration(seconds: status.silence)) ago"
        switch status.state {
        case .ready: return .ok(subject, "heartbeat", ago)
        case .suspect:
            return .problem(
                subject,
                "heartbeat",
                "\(ago), and gets no work",
                "look whether its process runs and is not stopped, and whether it reaches "
                    + "\(seen.coordinatorURL); its log says"
            )
        case .draining:
            return .warning(
                subject,
                "heartbeat",
                "it drains, and gets no work",
                "start another one if it is to be replaced"
            )
        case .diskLow:
            return .problem(
                subject,
                "heartbeat",
                "\(ago), and gets no tasks that write runs, as its disk has little room",
                "make room on its scratch disk, or start it with another --scratch or a smaller "
                    + "--min-free-disk"
            )
        case .unreachable:
            let others = status.unreachableFor.map { "worker \($0.number)" }
            return .problem(
                subject,
                "heartbeat",
                "\(ago), and gets no work for a while: \(others.joined(separator: " and ")) cannot "
                    + "fetch from it, or it cannot fetch from them",
                "let the other workers reach it at \(status.url), or start it with --advertise and "
                    + "the URL at which they do"
            )
        case .stuck:
            return .problem(
                subject,
                "heartbeat",
                "\(ago), and gets no work, as none of its task processes can be ended",
                "look what disk or network they wait for (`ps -eo pid,stat,wchan,args`), and start "
                    + "the worker again"
            )
        case .awaited:
            return .problem(
                subject,
                "heartbeat",
                "the coordinator was started again, and the worker has not come back",
                "wait for some seconds; then look whether its process runs, and at its log"
            )
        }
    }

    /// Returns the finding about a worker that cannot be reached from here; others may still reach
    /// it.
    private func unreachable(
        _ worker: Observations.Worker,
        _ reason: String,
        _ all: [Observations.Worker]
    ) -> Finding {
        let subject = Self.name(worker.status)
        let url = worker.status.url
        let views = all.compactMap { other -> Bool? in
            guard let peers = other.serviceStatus?.value?.diagnostics?.peers,
                let view = peers.first(where: { $0.url == url })
            else { return nil }
            return view.problem == nil
        }
        let from = "\(url) does not answer from here (\(reason))"
        if views.contains(true) {
            return .warning(
                subject,
                "reachable",
                "\(from), but other workers reach it",
                "jobs do not mind; `mapreduce logs` and this check need a way from here to the "
                    + "worker: run them inside the network"
            )
        }
        let trouble = Unreachability(reason)
        if !views.isEmpty || trouble == .silent || trouble == .closed
            || worker.status.state != .ready
        {
            return .problem(
                subject,
                "reachable",
                views.isEmpty ? from : "\(from), nor from other workers",
                "look whether its process runs and is not stopped; give it a --listen address and "
                    + "port, or an --advertise URL, that other machines reach, and open the port"
            )
        }
        return .warning(
            subject,
            "reachable",
            from,
            "nobody else could be asked; if there are more workers, they must reach it: look at "
                + "--listen, --advertise and firewalls"
        )
    }

    /// Returns the finding about a worker's clock, compared with the coordinator's if that is
    /// known.
    private func clock(_ subject: String, _ clock: Observations.ClockReading) -> Finding {
        guard let other = seen.coordinator.clock else {
            return Self.clock(
                subject,
                clock.ahead,
                uncertainty: clock.uncertainty,
                of: Self.here
            )
        }
        return Self.clock(
            subject,
            clock.ahead - other.ahead,
            uncertainty: clock.uncertainty + other.uncertainty,
            of: "the coordinator"
        )
    }

    private func findings(
        of diagnostics: WorkerDiagnostics,
        _ status: ServiceStatus,
        _ worker: Observations.Worker,
        _ all: [Observations.Worker]
    ) -> [Finding] {
        let subject = Self.name(worker.status)
        let slots = min(max(diagnostics.slotCount, 0), JobLimits.maxSlotCount)
        let coordinator = diagnostics.coordinator
        return [
            coordinator.problem.map { problem in
                .problem(
                    subject,
                    "coordinator",
                    "it does not reach the coordinator: \(problem)",
                    "start it with a --coordinator URL that its machine reaches, and the cluster's "
                        + "token"
                )
            } ?? .ok(subject, "coordinator", "reaches it at \(coordinator.url)"),
            peers(subject, worker, diagnostics),
            Self.room(
                subject,
                "scratch space",
                status.directory,
                free: status.freeByteCount,
                needed: diagnostics.minFreeByteCount,
                isNeeded: true,
                "make room, or start the worker with a --scratch directory on a larger disk"
            ),
            Self.files(
                subject,
                limit: status.fileLimit,
                needed: HTTPLimits.minFileLimit + HTTPLimits.filesPerSlot * slots
                    + ToolLimits.filesPerWorker * all.count
            ),
        ]
    }

    /// Returns the finding about whether a worker reaches the others, from which it fetches
    /// shuffled data.
    private func peers(
        _ subject: String,
        _ worker: Observations.Worker,
        _ diagnostics: WorkerDiagnostics
    ) -> Finding {
        let peers = diagnostics.peers.filter { $0.url != worker.status.url }
        let lost = peers.filter { $0.problem != nil }
        guard let first = lost.first, let problem = first.problem else {
            return .ok(
                subject,
                "other workers",
                peers.isEmpty ? "there are none" : "reaches \(Format.count(peers.count))"
            )
        }
        return .problem(
            subject,
            "other workers",
            "does not reach \(lost.count) of \(peers.count): \(problem)",
            "give the other one a --listen address, or an --advertise URL, that this machine "
                + "reaches, and open its port"
        )
    }
}
