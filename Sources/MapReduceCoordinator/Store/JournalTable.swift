internal import GRDB

/// The tables of a journal that its checksum covers.
enum JournalTable: String, CaseIterable, Sendable {
    case starts
    case jobs
    case entries
    case logs
    case workers

    /// The version of the tables.
    static let version = 3

    /// The statements that create the tables, as the database stores their text.
    static let schema = [
        """
        CREATE TABLE state (id INTEGER PRIMARY KEY, cluster TEXT NOT NULL, \
        write INTEGER NOT NULL, job INTEGER NOT NULL, worker INTEGER NOT NULL, \
        entry INTEGER NOT NULL, sum BLOB NOT NULL, seal BLOB NOT NULL)
        """,
        """
        CREATE TABLE starts (epoch INTEGER PRIMARY KEY, id TEXT NOT NULL, \
        firstWrite INTEGER NOT NULL)
        """,
        """
        CREATE TABLE jobs (id INTEGER PRIMARY KEY, launch BLOB NOT NULL, settings BLOB, \
        owner TEXT NOT NULL, output TEXT NOT NULL, submitted REAL NOT NULL, ended REAL, \
        status BLOB)
        """,
        """
        CREATE TABLE entries (number INTEGER PRIMARY KEY, job INTEGER NOT NULL, \
        notable INTEGER NOT NULL, body BLOB NOT NULL)
        """,
        "CREATE INDEX entriesOfJob ON entries (job, notable, number)",
        """
        CREATE TABLE logs (job INTEGER NOT NULL, stage INTEGER NOT NULL, task INTEGER NOT NULL, \
        attempt INTEGER NOT NULL, text TEXT NOT NULL, \
        PRIMARY KEY (job, stage, task, attempt)) WITHOUT ROWID
        """,
        """
        CREATE TABLE workers (id INTEGER PRIMARY KEY, incarnation TEXT NOT NULL, \
        url TEXT NOT NULL, host TEXT NOT NULL, slots INTEGER NOT NULL)
        """,
        "CREATE UNIQUE INDEX workersByIncarnation ON workers (incarnation)",
    ]

    static func create(in db: Database) throws {
        for statement in schema { try db.execute(sql: statement) }
        try db.execute(sql: "PRAGMA user_version = \(version)")
    }
}

/// The rows of a journal: changes them, and keeps the checksum of all of them up to date.
struct JournalRows {
    let db: Database
    var state: JournalState

    mutating func insert(_ table: JournalTable, _ values: [DatabaseValue]) throws {
        let marks = values.map { _ in "?" }.joined(separator: ", ")
        try db.cachedStatement(sql: "INSERT INTO \(table.rawValue) VALUES (\(marks))")
            .execute(arguments: StatementArguments(values))
        state.sum.add(table, values)
    }

    /// Removes the rows that match a condition.
    mutating func remove(
        _ table: JournalTable,
        where condition: String,
        _ arguments: StatementArguments
    ) throws {
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: "SELECT * FROM \(table.rawValue) WHERE \(condition)"),
            arguments: arguments
        )
        var count = 0
        while let row = try rows.next() {
            state.sum.remove(table, row.databaseValues)
            count += 1
        }
        guard count > 0 else { return }
        try db.cachedStatement(sql: "DELETE FROM \(table.rawValue) WHERE \(condition)")
            .execute(arguments: arguments)
    }

    /// Returns the checksum of all existing rows.
    static func sum(of db: Database) throws -> JournalSum {
        var sum = JournalSum()
        for table in JournalTable.allCases {
            let rows = try Row.fetchCursor(db, sql: "SELECT * FROM \(table.rawValue)")
            while let row = try rows.next() { sum.add(table, row.databaseValues) }
        }
        return sum
    }
}
