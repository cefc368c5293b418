internal import GRDB
internal import MapReduceControl
internal import MapReduceEngine
internal import MapReduceModel

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// What a coordinator must not forget, in an SQLite database: the journal of the control plane, the
/// jobs, the workers, and what tasks printed.
///
/// Writes are durable when they return.
final class Journal: Sendable {
    /// Drawn at random when the directory was made.
    let cluster: String
    /// How often a coordinator was started on the directory.
    let epoch: Int
    let directory: String
    let database: DatabaseQueue
    private let lock: DirectoryLock

    /// The version of the tables.
    private static let version = 2

    /// A job that was accepted.
    struct Job: Sendable {
        let id: JobID
        var launch: JobLaunch
        /// How it was asked to run; nil where nobody told.
        var settings: JobReport.Settings?
        /// Who submitted it; empty where nobody said.
        var owner = ""
        /// The directory of the output.
        var output: String
        /// Seconds since 1970.
        var submittedAt: Double
        /// How it ended; nil while it has not.
        var status: JobStatus?
    }

    /// What is to be written at once.
    struct Batch: Sendable {
        var entries: [JournalEntry] = []
        var jobs: [Job] = []
        var logs: [AttemptLog] = []

        var isEmpty: Bool { entries.isEmpty && jobs.isEmpty && logs.isEmpty }
    }

    /// Opens the journal in a directory, or makes one.
    /// - Throws: `ConfigurationError` when another coordinator has it, or when it is of another
    ///   version.
    init(directory: String) throws {
        try Files.createDirectory(directory)
        self.directory = directory
        // It holds command lines, records and what tasks print.
        try Files.makePrivate(directory)
        lock = try DirectoryLock(directory)
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.label = "journal"
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        database = try DatabaseQueue(
            path: directory + "/journal.sqlite",
            configuration: configuration
        )
        (cluster, epoch) = try database.write { db in
            try Self.prepare(db, directory)
            return try Self.begin(db)
        }
    }

    private static func prepare(_ db: Database, _ directory: String) throws {
        let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard found == 0 || found == version else {
            throw ConfigurationError(
                "the journal in \(directory) is of version \(found), and this mapreduce is for "
                    + "version \(version); use the release that made it, or another --data"
            )
        }
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
                CREATE TABLE IF NOT EXISTS jobs (
                    id INTEGER PRIMARY KEY AUTOINCREMENT, launch BLOB NOT NULL,
                    settings BLOB, owner TEXT NOT NULL, output TEXT NOT NULL,
                    submitted REAL NOT NULL, ended REAL, status BLOB
                );
                CREATE TABLE IF NOT EXISTS entries (
                    number INTEGER PRIMARY KEY, job INTEGER NOT NULL, notable INTEGER NOT NULL,
                    body BLOB NOT NULL
                );
                CREATE INDEX IF NOT EXISTS entriesOfJob ON entries (job, notable, number);
                CREATE TABLE IF NOT EXISTS logs (
                    job INTEGER NOT NULL, stage INTEGER NOT NULL, task INTEGER NOT NULL,
                    attempt INTEGER NOT NULL, text TEXT NOT NULL,
                    PRIMARY KEY (job, stage, task, attempt)
                );
                CREATE TABLE IF NOT EXISTS workers (
                    id INTEGER PRIMARY KEY AUTOINCREMENT, incarnation TEXT NOT NULL UNIQUE,
                    url TEXT NOT NULL, host TEXT NOT NULL, slots INTEGER NOT NULL
                );
                PRAGMA user_version = \(version);
                """
        )
    }

    private static func begin(_ db: Database) throws -> (String, Int) {
        func fact(_ name: String) throws -> String? {
            try String.fetchOne(
                db,
                sql: "SELECT value FROM facts WHERE name = ?",
                arguments: [name]
            )
        }
        let cluster = try fact("cluster") ?? UUID().uuidString
        let epoch = (try fact("epoch").flatMap { Int($0) } ?? 0) &+ 1
        for (name, value) in [("cluster", cluster), ("epoch", "\(epoch)")] {
            try db.execute(
                sql: "INSERT OR REPLACE INTO facts VALUES (?, ?)",
                arguments: [name, value]
            )
        }
        return (cluster, epoch)
    }

    // MARK: Writing

    /// - Returns: the number of the last entry; those of the others come right before it.
    @discardableResult
    func write(_ batch: Batch) async throws -> Int {
        try await database.write { db in
            for job in batch.jobs {
                try db.execute(
                    sql: """
                        INSERT INTO jobs (id, launch, settings, owner, output, submitted)
                        VALUES (?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        job.id.number, try JSONBody.encode(job.launch),
                        try job.settings.map { try JSONBody.encode($0) }, job.owner, job.output,
                        job.submittedAt,
                    ]
                )
            }
            let insert = try db.cachedStatement(
                sql: "INSERT INTO entries (job, notable, body) VALUES (?, ?, ?)"
            )
            for entry in batch.entries {
                try insert.execute(arguments: [
                    entry.job.number, entry.isNotable, try JSONBody.encode(entry),
                ])
            }
            let last = Int(db.lastInsertedRowID)
            for log in batch.logs {
                let task = log.attempt.task
                try db.execute(
                    sql: "INSERT OR REPLACE INTO logs VALUES (?, ?, ?, ?, ?)",
                    arguments: [
                        task.job.number, task.stage, task.index, log.attempt.number, log.text,
                    ]
                )
            }
            return last
        }
    }

    /// Keeps how a job ended, and forgets the oldest of those that ended but so many, and but for
    /// those that ended later than a moment.
    /// - Returns: the digests of executables and side files that no job has any more.
    func finish(
        _ id: JobID,
        _ status: JobStatus,
        keeping count: Int,
        endedBefore moment: Double
    ) async throws -> [String] {
        try await database.write { db in
            try db.execute(
                sql: "UPDATE jobs SET status = ?, ended = ? WHERE id = ?",
                arguments: [try JSONBody.encode(status), WallClock.now, id.number]
            )
            let old = try Int.fetchAll(
                db,
                sql: """
                    SELECT id FROM jobs WHERE ended < ? AND id NOT IN
                    (SELECT id FROM jobs WHERE ended IS NOT NULL ORDER BY id DESC LIMIT ?)
                    """,
                arguments: [moment, count]
            )
            var dropped: [String] = []
            for id in old {
                if let job = try Self.job(db, id) { dropped += job.launch.program.digests }
                for table in ["entries", "logs"] {
                    try db.execute(sql: "DELETE FROM \(table) WHERE job = ?", arguments: [id])
                }
                try db.execute(sql: "DELETE FROM jobs WHERE id = ?", arguments: [id])
            }
            guard !dropped.isEmpty else { return [] }
            let used = Set(try Self.jobs(db).flatMap(\.launch.program.digests))
            return dropped.filter { !used.contains($0) }
        }
    }

    /// The id of a worker, which is its own for as long as its process lives.
    func worker(
        incarnation: String,
        url: String,
        host: String,
        slots: Int
    ) async throws -> WorkerID {
        try await database.write { db in
            try db.execute(
                sql: """
                    INSERT INTO workers (incarnation, url, host, slots) VALUES (?, ?, ?, ?)
                    ON CONFLICT (incarnation) DO UPDATE
                    SET url = excluded.url, host = excluded.host, slots = excluded.slots
                    """,
                arguments: [incarnation, url, host, slots]
            )
            let id = try Int.fetchOne(
                db,
                sql: "SELECT id FROM workers WHERE incarnation = ?",
                arguments: [incarnation]
            )
            return WorkerID(id ?? 0)
        }
    }
}

extension JournalEntry {
    /// Whether somebody who watches the job wants to hear of it.
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
