internal import GRDB
internal import MapReduceControl
internal import MapReduceEngine
internal import MapReduceModel

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The data that a coordinator must not lose, in an SQLite database: the journal of the control
/// plane, the jobs, the workers, and what tasks printed.
///
/// Writes are durable when they return. What is read is what was written: see
/// `CoordinatorStore+Check`.
final class CoordinatorStore: Sendable {
    /// A random name, chosen when the directory was made.
    let cluster: String
    /// The starts of coordinators on the directory, this one last.
    let history: History
    let directory: String
    let database: DatabaseQueue
    let head: JournalHead
    private let start: History.Start
    private let lock: DirectoryLock

    /// A job that was accepted.
    struct Job: Sendable {
        let id: JobID
        var launch: JobLaunch
        /// The settings requested for it; nil if none were given.
        var settings: JobReport.Settings?
        /// Who submitted it; empty if unknown.
        var owner = ""
        /// The directory of the output.
        var output: String
        /// Seconds since 1970.
        var submittedAt: Double
        /// How it ended; nil while it has not.
        var status: JobStatus?
    }

    /// What to write at once.
    struct Batch: Sendable {
        var entries: [JournalEntry] = []
        var jobs: [Job] = []
        var logs: [AttemptLog] = []

        var isEmpty: Bool { entries.isEmpty && jobs.isEmpty && logs.isEmpty }
    }

    /// Opens the journal in a directory, or creates one.
    /// - Throws: `ConfigurationError` if another coordinator uses it, if it has a different
    ///   version, or if it is damaged.
    init(directory: String) throws {
        try Files.createDirectory(directory)
        self.directory = directory
        // The directory holds command lines, records, and what tasks print.
        try Files.makePrivate(directory)
        lock = try DirectoryLock(directory)
        let found = try Self.open(directory)
        database = found.database
        do {
            let start = UUID().uuidString
            let (state, history) = try database.write { db in
                try Self.begin(db, found.state, start: start)
            }
            guard let last = history.starts.last else {
                throw JournalDamageError("it has no start")
            }
            cluster = state.cluster
            self.history = history
            self.start = last
            head = try JournalHead(directory: directory, last: found.mark)
            try head.note(state.mark, isSynced: true)
            // What is in the database's own file stays there until it is changed.
            try database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        } catch let error as DatabaseError {
            throw Self.refusal(error, directory)
        }
    }

    /// Records that a coordinator starts; creates the tables of a new journal.
    private static func begin(
        _ db: Database,
        _ found: JournalState?,
        start: String
    ) throws -> (JournalState, History) {
        if found == nil { try JournalTable.create(in: db) }
        var rows = JournalRows(db: db, state: found ?? JournalState(cluster: UUID().uuidString))
        rows.state.write += 1
        let last = try Int.fetchOne(db, sql: "SELECT MAX(epoch) FROM starts") ?? 0
        let epoch = last &+ 1
        try rows.insert(
            .starts,
            [epoch.databaseValue, start.databaseValue, rows.state.write.databaseValue]
        )
        try rows.remove(.starts, where: "epoch <= ?", [epoch - CoordinatorLimits.keptStartCount])
        try rows.state.store(in: db)
        let starts = try Row.fetchAll(db, sql: "SELECT * FROM starts ORDER BY epoch").map { row in
            History.Start(
                epoch: try row.decode(forColumn: "epoch"),
                id: try row.decode(forColumn: "id"),
                firstWrite: try row.decode(forColumn: "firstWrite")
            )
        }
        return (rows.state, History(starts))
    }

    /// The number of times that a coordinator was started on the directory.
    var epoch: Int { start.epoch }

    /// The position in the history: everything that is durable.
    var position: JournalPosition {
        JournalPosition(epoch: start.epoch, start: start.id, write: head.lastWrite)
    }

    /// Returns the id of a worker's session with this coordinator.
    func session(_ number: Int) -> SessionID {
        SessionID(epoch: start.epoch, start: start.id, number: number)
    }
}
