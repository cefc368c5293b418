import MapReduceModel

@testable import MapReduceControl

/// Journals: entries as lines of JSON, replayed, and gone on with.
struct JournalTarget: FuzzTarget {
    let name = "journal"
    let mutation = Mutation.json

    func seeds() throws -> [[UInt8]] {
        let journals = try [0, 1, 3].map { try Rehearsal.journal($0) }
        // Also those of coordinators that ended in the middle.
        let halves = journals.map { Array($0.prefix($0.count / 2)) }
        return try (journals + halves).map { try Script.text($0) }
    }

    func check(_ text: [UInt8]) throws -> Bool {
        var replay = JournalReplay()
        var entries: [JournalEntry] = []
        var isRefused = false
        for entry in try Script.steps(JournalEntry.self, text) {
            do {
                try replay.add(entry)
                entries.append(entry)
            } catch {
                isRefused = true
            }
        }
        for job in replay.jobs.all {
            try checkCounts(of: job)
            _ = JobStatus(job, output: "")
        }
        do {
            try replay.checkEnd()
        } catch {
            return false
        }
        var policy = Policy()
        policy.placement = Placement.allCases[text.count % Placement.allCases.count]
        try goOn(Coordinator(policy: policy, journal: entries))
        return !isRefused && !entries.isEmpty
    }

    /// The workers come back, and everything that starts succeeds.
    private func goOn(_ coordinator: Coordinator) throws {
        let ids = coordinator.workers.all.prefix(5).map(\.id) + [WorkerID(77)]
        var stage = CoordinatorTarget.Stage(coordinator)
        stage.replay = JournalReplay(goingOnWith: coordinator.jobs)
        try stage.apply(.recovered)
        for id in ids {
            try stage.apply(.workerJoined(id, WorkerProfile(slots: 3), attempts: []))
        }
        for round in 0..<20 {
            let (commands, actions) = (stage.commands, stage.actions)
            try stage.apply(.tick(milliseconds: round * 100))
            for item in commands + stage.commands {
                if case .start(let assignment) = item.command {
                    try stage.apply(.attemptReported(item.worker, success(assignment.attempt)))
                }
            }
            for action in actions + stage.actions {
                switch action {
                case .publishOutput(let job, let outputs):
                    let count = stage.coordinator.jobs[job].map { job in
                        job.stages.indices.filter {
                            job.submission.plan.stages[$0].writesParts && !job.stages[$0].isLeftOut
                        }.reduce(0) { $0 + job.stages[$1].tasks.count }
                    }
                    try require(count == outputs.count, "an output is published in part")
                    try stage.apply(.outputPublished(job, nil))
                case .jobFinished, .workerUnreachable: break
                }
            }
            for id in ids { try stage.apply(.workerPolled(id, WorkerHealth())) }
        }
    }

    private func success(_ attempt: AttemptID) -> TaskReport {
        let file = OutputFile(path: "\(attempt)", byteCount: 1, recordCount: 1, checksum: 0)
        let output = TaskOutput(run: file, counters: Counters())
        return TaskReport(attempt: attempt, outcome: .succeeded(output))
    }
}
