internal import Crypto
internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#endif

/// The number of a journal's last write, kept outside of its database: to SQLite, a database that
/// has lost its end, or everything, looks complete.
///
///     write 41 ──► journal.head-1    write 42 ──► journal.head-0    write 43 ──► journal.head-1
///
/// A mark is written after its write is durable, so the head is never ahead of the journal. Marks
/// alternate between two files: whatever happens to one file while it is being written, the other
/// holds the previous mark.
final class JournalHead: Sendable {
    /// What is known about a write.
    struct Mark: Hashable, Sendable {
        let cluster: String
        let write: Int
        /// The SHA-256 of the journal's state.
        let seal: String
    }

    private let descriptors: [Int32]
    private let paths: [String]
    private let state: Mutex<State>

    private struct State {
        var last: Mark?
        var isDirty = [false, false]
        var synced = ContinuousClock.now
    }

    static let names = ["journal.head-0", "journal.head-1"]

    /// Reads the files in a directory.
    /// - Returns: `mark` is the latest mark; nil if there is none, or none that can be read.
    ///   `exist` says whether there is a file.
    /// - Throws: `JournalDamageError` if the files belong to two journals.
    static func read(in directory: String) throws -> (mark: Mark?, exist: Bool) {
        var marks: [Mark] = []
        var exist = false
        for name in names {
            let path = "\(directory)/\(name)"
            guard try Files.kind(of: path) != nil else { continue }
            exist = true
            if let mark = Mark(try Files.read(path)) { marks.append(mark) }
        }
        guard Set(marks.map(\.cluster)).count <= 1 else {
            throw JournalDamageError("journal.head-0 and journal.head-1 are those of two journals")
        }
        return (marks.max { $0.write < $1.write }, exist)
    }

    /// Opens the files, or creates them.
    init(directory: String, last: Mark?) throws {
        state = Mutex(State(last: last))
        paths = Self.names.map { "\(directory)/\($0)" }
        var opened: [Int32] = []
        do {
            for path in paths {
                let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
                guard file >= 0 else { throw Self.error("open", path) }
                opened.append(file)
            }
            try Files.syncDirectory(directory)
        } catch {
            for file in opened { close(file) }
            throw error
        }
        descriptors = opened
    }

    deinit {
        let dirty = state.withLock(\.isDirty)
        for (file, isDirty) in zip(descriptors, dirty) {
            // A file that cannot be made durable is merely older than it might be.
            if isDirty { fdatasync(file) }
            close(file)
        }
    }

    /// The last durable write.
    var lastWrite: Int { state.withLock { $0.last?.write ?? 0 } }

    /// Records a write that is durable.
    ///
    /// The mark itself is made durable only from time to time, because that costs a wait for the
    /// disk. If the system crashes before it has written the mark, the mark on disk is merely
    /// older.
    func note(_ mark: Mark, isSynced: Bool = false) throws {
        try state.withLock { state in
            if let last = state.last, last.write >= mark.write { return }
            state.last = mark
            let index = mark.write & 1
            let bytes = mark.bytes
            let count = bytes.withUnsafeBytes {
                pwrite(descriptors[index], $0.baseAddress, $0.count, 0)
            }
            guard count == bytes.count, ftruncate(descriptors[index], off_t(count)) == 0 else {
                throw Self.error("write", paths[index])
            }
            state.isDirty[index] = true
            guard isSynced || .now - state.synced >= CoordinatorLimits.journalHeadInterval else {
                return
            }
            for (index, file) in descriptors.enumerated() where state.isDirty[index] {
                guard fdatasync(file) == 0 else { throw Self.error("sync", paths[index]) }
                state.isDirty[index] = false
            }
            state.synced = .now
        }
    }

    private static func error(_ verb: String, _ path: String) -> EngineError {
        EngineError.system(verb, path, errno: errno, kind: .outOfResources)
    }
}

extension JournalHead.Mark {
    private static let magic = "mapreduce-journal-head 1"

    /// The bytes of the mark: the same number for every write of a cluster.
    var bytes: [UInt8] {
        let digits = "\(write)"
        let number = String(repeating: "0", count: max(20 - digits.utf8.count, 0)) + digits
        let text = "\(Self.magic)\ncluster \(cluster)\nwrite \(number)\nseal \(seal)\n"
        let digest = DigestStore.text(SHA256.hash(data: Array(text.utf8)))
        return Array((text + "sha256 \(digest)\n").utf8)
    }

    /// Reads a mark; nil for anything but the bytes of one.
    init?(_ bytes: [UInt8]) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard lines.count == 5, lines[0] == Self.magic, lines[1].hasPrefix("cluster "),
            lines[2].hasPrefix("write "), lines[3].hasPrefix("seal "),
            let write = Int(lines[2].dropFirst("write ".count)), write > 0
        else { return nil }
        self.init(
            cluster: String(lines[1].dropFirst("cluster ".count)),
            write: write,
            seal: String(lines[3].dropFirst("seal ".count))
        )
        guard self.bytes == bytes else { return nil }
    }
}
