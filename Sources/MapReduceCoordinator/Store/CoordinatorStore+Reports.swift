internal import GRDB
internal import MapReduceControl
internal import MapReduceModel

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Queries of the journal for reports and streams of jobs.
extension CoordinatorStore {
    /// A stored entry, still encoded.
    struct StoredEvent: Sendable {
        let number: Int
        let body: Data

        var entry: JournalEntry {
            get throws { try CoordinatorStore.decode(JournalEntry.self, body) }
        }
    }

    /// What is known about a worker that once joined.
    struct KnownWorker: Sendable {
        let url: String
        let slotCount: Int
    }

    /// Forgets cached pages of the database, which the system may still have.
    func releaseMemory() { database.releaseMemory() }

    /// Returns the number of the last entry of each job that has not ended.
    func lastEvents() throws -> [JobID: Int] {
        try database.read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT job, MAX(number) AS last FROM entries WHERE job IN
                    (SELECT id FROM jobs WHERE status IS NULL) GROUP BY job
                    """
            )
            return try rows.reduce(into: [:]) { events, row in
                events[JobID(try row.decode(forColumn: "job"))] = try row.decode(forColumn: "last")
            }
        }
    }

    /// Returns at most `limit` entries about a job, after one of them.
    ///
    /// They are decoded elsewhere, so that no writer waits for that.
    func storedEvents(
        of id: JobID,
        after number: Int,
        limit: Int
    ) async throws -> [StoredEvent] {
        try await database.read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT number, body FROM entries WHERE job = ? AND number > ?
                    ORDER BY number LIMIT ?
                    """,
                arguments: [id.number, number, limit]
            )
            return try rows.map { row in
                StoredEvent(
                    number: try row.decode(forColumn: "number"),
                    body: try row.decode(forColumn: "body")
                )
            }
        }
    }

    /// Returns the given workers that have not been forgotten.
    func knownWorkers(_ ids: [WorkerID]) async throws -> [WorkerID: KnownWorker] {
        try await database.read { db in
            try ids.reduce(into: [:]) { workers, id in
                let row = try Row.fetchOne(
                    db,
                    sql: "SELECT url, slots FROM workers WHERE id = ?",
                    arguments: [id.number]
                )
                guard let row else { return }
                workers[id] = KnownWorker(
                    url: try row.decode(forColumn: "url"),
                    slotCount: try row.decode(forColumn: "slots")
                )
            }
        }
    }
}
