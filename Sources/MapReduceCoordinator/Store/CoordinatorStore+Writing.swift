internal import GRDB
internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel

/// Writes to the journal, and removals from it.
extension CoordinatorStore {
    /// Changes rows in one transaction, which is durable when this returns.
    private func change<Value: Sendable>(
        _ body: @escaping @Sendable (inout JournalRows) throws -> Value
    ) async throws -> Value {
        let (value, mark) = try await database.write { try Self.change($0, body) }
        try head.note(mark)
        return value
    }

    /// Does the same for callers outside of a task.
    func changeNow<Value>(_ body: (inout JournalRows) throws -> Value) throws -> Value {
        let (value, mark) = try database.write { try Self.change($0, body) }
        try head.note(mark)
        return value
    }

    private static func change<Value>(
        _ db: Database,
        _ body: (inout JournalRows) throws -> Value
    ) throws -> (Value, JournalHead.Mark) {
        var rows = JournalRows(db: db, state: try JournalState(db))
        let value = try body(&rows)
        rows.state.write += 1
        try rows.state.store(in: db)
        return (value, rows.state.mark)
    }

    /// Writes a batch.
    /// - Returns: The number of the last entry; the numbers of the others come right before it.
    @discardableResult
    func write(_ batch: Batch) async throws -> Int {
        try await change { rows in
            for job in batch.jobs { try rows.insert(job) }
            for entry in batch.entries {
                rows.state.entry += 1
                try rows.insert(
                    .entries,
                    [
                        rows.state.entry.databaseValue, entry.job.number.databaseValue,
                        entry.isNotable.databaseValue,
                        try JSONText.data(entry).databaseValue,
                    ]
                )
            }
            for log in batch.logs {
                let attempt = log.attempt
                let name = [
                    attempt.task.job.number, attempt.task.stage, attempt.task.index,
                    attempt.number,
                ].map(\.databaseValue)
                // A worker may report an end twice.
                try rows.remove(
                    .logs,
                    where: "job = ? AND stage = ? AND task = ? AND attempt = ?",
                    StatementArguments(name)
                )
                try rows.insert(.logs, name + [log.text.databaseValue])
            }
            return rows.state.entry
        }
    }

    /// Stores how a job ended, and deletes the oldest ended jobs beyond `count` that ended before
    /// `moment`.
    /// - Returns: The digests of the executables and side files that no job uses any more.
    func finish(
        _ id: JobID,
        _ status: JobStatus,
        keeping count: Int,
        endedBefore moment: Double
    ) async throws -> [String] {
        try await change { rows in
            if var job = try Self.job(rows.db, id.number) {
                job.status = status
                try rows.remove(.jobs, where: "id = ?", [id.number])
                try rows.insert(job)
            }
            let old = try Int.fetchAll(
                rows.db,
                sql: """
                    SELECT id FROM jobs WHERE ended < ? AND id NOT IN
                    (SELECT id FROM jobs WHERE ended IS NOT NULL ORDER BY id DESC LIMIT ?)
                    """,
                arguments: [moment, count]
            )
            var dropped: [String] = []
            for id in old {
                if let job = try Self.job(rows.db, id) { dropped += job.launch.program.digests }
                try rows.remove(.entries, where: "job = ?", [id])
                try rows.remove(.logs, where: "job = ?", [id])
                try rows.remove(.jobs, where: "id = ?", [id])
            }
            guard !dropped.isEmpty else { return [] }
            let used = Set(try Self.jobs(rows.db).flatMap(\.launch.program.digests))
            return dropped.filter { !used.contains($0) }
        }
    }

    /// Returns the id of a worker, which the worker keeps for as long as its process lives.
    func worker(
        incarnation: String,
        url: String,
        host: String,
        slots: Int
    ) async throws -> WorkerID {
        try await change { rows in
            let known = try Int.fetchOne(
                rows.db,
                sql: "SELECT id FROM workers WHERE incarnation = ?",
                arguments: [incarnation]
            )
            let id = known ?? rows.state.worker + 1
            rows.state.worker = max(rows.state.worker, id)
            try rows.remove(.workers, where: "id = ?", [id])
            try rows.insert(
                .workers,
                [
                    id.databaseValue, incarnation.databaseValue, url.databaseValue,
                    host.databaseValue, slots.databaseValue,
                ]
            )
            return WorkerID(id)
        }
    }
}

extension JournalRows {
    fileprivate mutating func insert(_ job: CoordinatorStore.Job) throws {
        state.job = max(state.job, job.id.number)
        let ended = job.status.map { _ in WallClock.now }
        try insert(
            .jobs,
            [
                job.id.number.databaseValue, try JSONText.data(job.launch).databaseValue,
                try job.settings.map { try JSONText.data($0) }?.databaseValue ?? .null,
                job.owner.databaseValue, job.output.databaseValue,
                job.submittedAt.databaseValue, ended?.databaseValue ?? .null,
                try job.status.map { try JSONText.data($0) }?.databaseValue ?? .null,
            ]
        )
    }
}

extension JournalEntry {
    /// Whether a person who watches the job wants to see the entry.
    fileprivate var isNotable: Bool {
        switch self {
        case .attemptFailed, .outputLost, .inputChanged, .outputsDiffered, .recordSkipped,
            .jobFinished:
            true
        case .jobSubmitted, .attemptStarted, .attemptSucceeded, .attemptStopped, .attemptAudited,
            .commitBegan, .jobRetired:
            false
        }
    }
}
