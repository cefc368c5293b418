internal import GRDB
internal import MapReduceEngine
internal import MapReduceHTTP

/// What a journal must be before a coordinator goes on with it: what was written, all of it.
///
/// SQLite notices some damage, takes some for the end of what was written, and returns some as it
/// is. So three things are looked at: whether the file is in order (`integrity_check`), whether the
/// rows are those that the state has the checksum of, and whether the last write is there that the
/// head knows of.
extension CoordinatorStore {
    /// A journal that can be gone on with.
    struct Found {
        let database: DatabaseQueue
        /// Nil for a new one.
        let state: JournalState?
        let mark: JournalHead.Mark?
    }

    /// Opens the database in a directory, which it changes only to make it as it was meant to be.
    /// - Throws: `ConfigurationError` when it is of another version, or damaged.
    static func open(_ directory: String) throws -> Found {
        let path = directory + "/journal.sqlite"
        do {
            let (mark, exist) = try JournalHead.read(in: directory)
            // SQLite would remove what follows a database that is empty.
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

    /// - Returns: nil for a database in which nothing was ever written.
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

    /// A head may be behind: it is written when the database is durable.
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

    /// What whoever starts a coordinator reads.
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
    /// Whether it is not the database that is to blame.
    fileprivate var isOfTheSystem: Bool {
        [.SQLITE_FULL, .SQLITE_NOMEM, .SQLITE_BUSY, .SQLITE_PERM]
            .contains(resultCode)
    }
}
