internal import Crypto
internal import GRDB

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A journal's description of itself: one row, which changes with every write.
struct JournalState: Hashable, Sendable {
    /// A random name, chosen when the directory was made.
    var cluster: String
    /// The number of writes so far, including this one.
    var write = 0
    /// The highest ids assigned so far.
    var job = 0
    var worker = 0
    /// The number of the last entry.
    var entry = 0
    /// The checksum of all rows of all other tables.
    var sum = JournalSum()

    init(cluster: String) { self.cluster = cluster }

    /// Reads the state.
    /// - Throws: `JournalDamageError` if the row differs from what was written.
    init(_ db: Database) throws {
        let rows = try Row.fetchAll(db, sql: "SELECT * FROM state")
        guard rows.count == 1, let row = rows.first else {
            throw JournalDamageError("it has \(rows.count) states and not one")
        }
        cluster = try row.decode(forColumn: "cluster")
        write = try row.decode(forColumn: "write")
        job = try row.decode(forColumn: "job")
        worker = try row.decode(forColumn: "worker")
        entry = try row.decode(forColumn: "entry")
        guard try row.decode(Int.self, forColumn: "id") == 1,
            let sum = JournalSum(bytes: Array(try row.decode(Data.self, forColumn: "sum")))
        else { throw JournalDamageError("its state cannot be read") }
        self.sum = sum
        guard try row.decode(Data.self, forColumn: "seal") == seal else {
            throw JournalDamageError("its state is not what was written")
        }
    }

    func store(in db: Database) throws {
        try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO state VALUES (1, ?, ?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [cluster, write, job, worker, entry, Data(sum.bytes), seal])
    }

    /// The SHA-256 of the whole state.
    private var seal: Data {
        let text = "\(cluster) \(write) \(job) \(worker) \(entry) "
        return Data(SHA256.hash(data: Array(text.utf8) + sum.bytes))
    }

    /// The part of the state that is kept outside of the database.
    var mark: JournalHead.Mark {
        JournalHead.Mark(
            cluster: cluster,
            write: write,
            seal: seal.map { byte in
                let digits = String(byte, radix: 16)
                return byte < 16 ? "0" + digits : digits
            }.joined()
        )
    }
}

/// What is wrong with a journal.
struct JournalDamageError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
