internal import GRDB
internal import MapReduceControl
internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Queries of the journal, for a starting coordinator and for callers that ask about jobs.
extension CoordinatorStore {
    /// Bytes of the database, and of the log of the latest writes.
    var byteCount: Int {
        get throws {
            // The files are not opened: closing them would drop the locks that SQLite holds on
            // them.
            try ["", "-wal"].reduce(0) { sum, ending in
                sum + (try Files.byteCount(of: directory + "/journal.sqlite" + ending) ?? 0)
            }
        }
    }

    /// Returns the addresses of `ids`; keeps at most `count` other workers and deletes the oldest.
    ///
    /// The ids of deleted workers are not reused.
    func workers(keeping ids: [WorkerID], and count: Int) throws -> [WorkerAddress] {
        let kept = Set(ids.map(\.number))
        return try changeNow { changes in
            let rows = try Row.fetchAll(changes.db, sql: "SELECT * FROM workers ORDER BY id")
            let oldCount = rows.count - count
            var addresses: [WorkerAddress] = []
            for (index, row) in rows.enumerated() {
                let id: Int = try row.decode(forColumn: "id")
                guard kept.contains(id) else {
                    if index < oldCount { try changes.remove(.workers, where: "id = ?", [id]) }
                    continue
                }
                addresses.append(
                    WorkerAddress(
                        worker: WorkerID(id),
                        url: try row.decode(forColumn: "url"),
                        host: try row.decode(forColumn: "host"),
                        incarnation: try row.decode(forColumn: "incarnation")
                    )
                )
            }
            return addresses
        }
    }

    /// Returns the jobs that have not ended, and the entries about them in the order of writing.
    func replay() throws -> (jobs: [Job], entries: [JournalEntry]) {
        try database.read { db in
            let jobs = try Self.jobs(db).filter { $0.status == nil }
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT number, body FROM entries WHERE job IN
                    (SELECT id FROM jobs WHERE status IS NULL) ORDER BY number
                    """
            )
            return (jobs, try checked(rows))
        }
    }

    /// Decodes and replays entries.
    /// - Throws: `ConfigurationError` that names the first damaged entry.
    private func checked(_ rows: [Row]) throws -> [JournalEntry] {
        var replay = JournalReplay()
        var number = 0
        do {
            let entries = try rows.map { row in
                number = try row.decode(Int.self, forColumn: "number")
                let body = try row.decode(Data.self, forColumn: "body")
                let entry = try Self.decode(JournalEntry.self, body)
                try replay.add(entry)
                return entry
            }
            try replay.checkEnd()
            return entries
        } catch {
            throw ConfigurationError(
                "the journal in \(directory) is damaged at its entry \(number): \(error); put back "
                    + "a copy of the directory, or begin with another --data"
            )
        }
    }

    /// Returns the highest id of a job so far.
    func lastJob() throws -> JobID { try database.read { JobID(try JournalState($0).job) } }

    /// Returns all kept jobs, in the order of their ids.
    func jobs() async throws -> [Job] { try await database.read { try Self.jobs($0) } }

    func job(_ id: JobID) async throws -> Job? {
        try await database.read { try Self.job($0, id.number) }
    }

    /// Returns what happened to a job after an entry, in at most `limit` entries.
    func events(
        of id: JobID,
        after number: Int,
        onlyNotable: Bool,
        limit: Int
    ) async throws -> [(number: Int, entry: JournalEntry)] {
        try await database.read { db in
            let filter = onlyNotable ? "AND notable = 1" : ""
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT number, body FROM entries WHERE job = ? AND number > ? \(filter)
                    ORDER BY number LIMIT ?
                    """,
                arguments: [id.number, number, limit]
            )
            return try rows.map { row in
                let body = try row.decode(Data.self, forColumn: "body")
                return (
                    try row.decode(forColumn: "number"), try Self.decode(JournalEntry.self, body)
                )
            }
        }
    }

    /// Returns what the attempts of a job printed, in their order.
    ///
    /// `attempt`: the only attempt to return; nil for all.
    func logs(of id: JobID, attempt: AttemptID?) async throws -> [AttemptLog] {
        try await database.read { db in
            var condition = "job = ?"
            var arguments: StatementArguments = [id.number]
            if let attempt {
                condition += " AND stage = ? AND task = ? AND attempt = ?"
                arguments += [attempt.task.stage, attempt.task.index, attempt.number]
            }
            let rows = try Row.fetchAll(
                db,
                sql: "SELECT * FROM logs WHERE \(condition) ORDER BY stage, task, attempt",
                arguments: arguments
            )
            return try rows.map { row in
                let task = TaskID(
                    job: id,
                    stage: try row.decode(forColumn: "stage"),
                    index: try row.decode(forColumn: "task")
                )
                return AttemptLog(
                    attempt: AttemptID(task: task, number: try row.decode(forColumn: "attempt")),
                    text: try row.decode(forColumn: "text")
                )
            }
        }
    }

    static func jobs(_ db: Database) throws -> [Job] {
        try Row.fetchAll(db, sql: "SELECT * FROM jobs ORDER BY id").map(job)
    }

    static func job(_ db: Database, _ id: Int) throws -> Job? {
        try Row.fetchOne(db, sql: "SELECT * FROM jobs WHERE id = ?", arguments: [id]).map(job)
    }

    static func job(_ row: Row) throws -> Job {
        Job(
            id: JobID(try row.decode(forColumn: "id")),
            launch: try decode(JobLaunch.self, try row.decode(forColumn: "launch")),
            settings: try row.decode(Data?.self, forColumn: "settings")
                .map { try decode(JobReport.Settings.self, $0) },
            owner: try row.decode(forColumn: "owner"),
            output: try row.decode(forColumn: "output"),
            submittedAt: try row.decode(forColumn: "submitted"),
            status: try row.decode(Data?.self, forColumn: "status")
                .map { try decode(JobStatus.self, $0) }
        )
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ data: Data) throws -> Value {
        try JSONText.decode(type, from: data)
    }
}
