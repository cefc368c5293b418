internal import GRDB
internal import MapReduceEngine
internal import MapReduceHTTP

/// The check of a journal before a coordinator resumes from it: the journal must hold exactly what
/// was written.
///
/// SQLite detects some damage, mistakes some for the end of what was written, and returns some as
/// if it were valid data. So three things are checked: whether the file is intact
/// (`integrity_check`), whether the rows match the checksum in the state, and whether the last
/// write that the head knows of is there.
extension CoordinatorStore {
    /// A journal from which a coordinator can resume.
    struct Found {
        let database: DatabaseQueue
        /// Nil for a new journal.
        let state: JournalState?
        let mark: JournalHead.Mark?
    }

    /// Opens the database in a directory; changes it only to restore its intended contents.
    /// - Throws: `ConfigurationError` if it has a different version, or is damaged.
    static func open(_ directory: String) throws -> Found {
        let path = directory + "/journal.sqlite"
        do {
            let (mark, exist) = try JournalHead.read(in: directory)
            // SQLite would remove the log that follows an empty database.
            if exist, try Files.byteCount(of: path) ?? 0 == 0 {
                throw JournalDamageError("journal.sqlite is empty, or gone")
            }
            var configuration = Configuration()
            configuration.journalMode = .wal
            configuration.label = "journal"
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            let database = try DatabaseQueue(path: path, configuration: configuration)
            let state = try database.read { try check($0, directory, hasHead: exist) }
            if let state { try check(mark, against: state) }
            return Found(database: database, state: state, mark: mark)
        } catch let error as JournalDamageError {
            throw refusal(error, directory)
        } catch let error as RowDecodingError {
            throw refusal(error, directory)
        } catch let error as DatabaseError {
            throw refusal(error, directory)
        }
    }

    /// Checks the database.
    /// - Returns: The journal's state; nil for a database to which nothing was ever written.
    private static func check(
        _ db: Database,
        _ directory: String,
        hasHead: Bool
    ) throws -> JournalState? {
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        let schema = try Optional<String>.fetchAll(
            db,
            sql: "SELECT sql FROM sqlite_master ORDER BY rowid"
        )
        if version == 0, schema.isEmpty {
            if hasHead { throw JournalDamageError("journal.sqlite has lost all that was written") }
            return nil
        }
        guard version == JournalTable.version || version == 0 else {
            throw ConfigurationError(
                "the journal in \(directory) is of version \(version), and this mapreduce is for "
                    + "version \(JournalTable.version); use the release that made it, or another "
                    + "--data"
            )
        }
        guard version != 0, schema == JournalTable.schema else {
            throw JournalDamageError("its tables are not those that were made")
        }
        let flaws = try String.fetchAll(db, sql: "PRAGMA integrity_check(1)")
        guard flaws == ["ok"] else {
            throw JournalDamageError("SQLite says: \(flaws.joined(separator: "; "))")
        }
        let state = try JournalState(db)
        guard try JournalRows.sum(of: db) == state.sum else {
            throw JournalDamageError("its rows are not those that were written")
        }
        return state
    }

    /// Checks the head's mark against the state.
    ///
    /// The head may lag: it is written after the database is durable.
    private static func check(_ mark: JournalHead.Mark?, against state: JournalState) throws {
        guard let mark else {
            // The first write may have been the last thing before a crash.
            if state.write <= 1 { return }
            throw JournalDamageError("journal.head-0 and journal.head-1 are damaged, or gone")
        }
        guard mark.cluster == state.cluster else {
            throw JournalDamageError(
                "journal.head-0 and journal.head-1 are those of another journal"
            )
        }
        guard mark.write <= state.write else {
            throw JournalDamageError(
                "its last write is \(state.write), and write \(mark.write) was durable: its end is "
                    + "lost"
            )
        }
        guard mark.write < state.write || mark == state.mark else {
            throw JournalDamageError("write \(mark.write) is another one than was durable")
        }
    }

    /// Returns the error shown to the user who starts a coordinator.
    static func refusal(_ error: any Error, _ directory: String) -> ConfigurationError {
        if let error = error as? DatabaseError, error.isOfTheSystem {
            return ConfigurationError(
                "the journal in \(directory) cannot be opened: \(error); see to its disk and its "
                    + "permissions"
            )
        }
        return ConfigurationError(
            "the journal in \(directory) is damaged: \(error); put back a copy of the whole "
                + "directory, or begin with another --data"
        )
    }
}

extension DatabaseError {
    /// Whether the cause is the system, not the database.
    fileprivate var isOfTheSystem: Bool {
        [.SQLITE_FULL, .SQLITE_NOMEM, .SQLITE_BUSY, .SQLITE_PERM]
            .contains(resultCode)
    }
}
