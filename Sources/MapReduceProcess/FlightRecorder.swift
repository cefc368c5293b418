internal import CSignals

#if canImport(Glibc)
internal import Glibc
#endif

/// A page of memory that records what a task is working on, and that outlives the task's process.
///
/// The task writes it with two stores per record; the process that started the task maps the same
/// file and reads the page after a crash, or now and then to display progress. There is no lock: a
/// reader may see a record's number with the offset of the previous record.
///
///     offset  0  number of the current record in its attempt
///     offset  8  where the record begins, in bytes of its file's text
///     offset 16  pairs of groups that were read, which the engine counts here
///     offset 24  whose code runs, the engine's or the user's (`ExecutionOwner`)
///     offset 32  length of the path (2 bytes), length of the key's head (2 bytes), the
///                kernel's number of the task's thread (4 bytes)
///     offset 64  the path, at most 1,984 bytes
///     offset 2048  the head of the key, at most 256 bytes: that of the group, or in a stage that
///                  reads files that of the pairs that are being merged. If its length is 0xFFFF
///                  it has at most 15 bytes, and the byte at 2063 has their number and one more
///     offset 2304  length of the note (2 bytes)
///     offset 2306  the note: an error that the engine throws once the closure returns, at most
///                  1,790 bytes
package final class FlightRecorder {
    package let page: UnsafeMutableRawPointer
    private static let byteCount = 4096
    private static let maxPathByteCount = 1984
    private static let maxKeyByteCount = 256
    private static let maxNoteByteCount = 1790
    private static let shortKeyMark = UInt16.max

    /// The contents of a page when it was read.
    package struct Reading: Sendable {
        /// 0 before the first record.
        package var recordNumber = 0
        package var offset = 0
        package var path = ""
        /// Whether the path may have been truncated to fit.
        package var isPathCut: Bool { path.utf8.count >= FlightRecorder.maxPathByteCount }
        /// The head of the group's key, in a stage that reads pairs.
        package var key: [UInt8] = []
        /// Whether the key may have been truncated to fit.
        package var isKeyCut: Bool { key.count >= FlightRecorder.maxKeyByteCount }
        /// The error that the engine had already found; empty if there was none.
        package var note = ""
    }

    /// The values that change while a task makes progress.
    package struct Progress: Hashable, Sendable {
        package var recordNumber: Int
        package var offset: Int
        package var pairCount: Int
        /// The number of switches of the thread between the engine's code and the user's; odd while
        /// the engine works.
        package var ownerChanges: UInt64

        package init(recordNumber: Int, offset: Int, pairCount: Int, ownerChanges: UInt64) {
            self.recordNumber = recordNumber
            self.offset = offset
            self.pairCount = pairCount
            self.ownerChanges = ownerChanges
        }

        /// Whether the user's code is running, rather than the engine's.
        package var isInClosure: Bool { ownerChanges & 1 == 0 }
    }

    /// The counter of pairs of groups; written by the task.
    package var pairCount: UnsafeMutablePointer<Int> {
        (page + 16).assumingMemoryBound(to: Int.self)
    }

    /// The word where the engine notes whose code runs; written by the task.
    package var ownerWord: UnsafeMutablePointer<UInt64> {
        (page + 24).assumingMemoryBound(to: UInt64.self)
    }

    /// Creates a page of this process only.
    ///
    /// - Throws: `ProcessError` when there is no memory.
    package convenience init() throws {
        try self.init(descriptor: -1, flags: MAP_PRIVATE | MAP_ANONYMOUS, name: "a page of memory")
    }

    /// Maps a page that both processes see; creates the file if it does not exist.
    package convenience init(path: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ProcessError("open", path, errno: errno) }
        defer { close(descriptor) }
        // Allocate its blocks: a store into a page that a full disk cannot hold would be fatal.
        let code = posix_fallocate(descriptor, 0, off_t(Self.byteCount))
        guard code == 0 else { throw ProcessError("write", path, errno: code) }
        try self.init(descriptor: descriptor, flags: MAP_SHARED, name: path)
    }

    private init(descriptor: Int32, flags: Int32, name: String) throws {
        let memory = mmap(nil, Self.byteCount, PROT_READ | PROT_WRITE, flags, descriptor, 0)
        guard let memory, memory != MAP_FAILED else {
            throw ProcessError("map", name, errno: errno)
        }
        page = memory
    }

    deinit { munmap(page, Self.byteCount) }

    /// Clears the previous attempt; called before an attempt starts, by its starter.
    package func beginAttempt() {
        page.storeBytes(of: 0, toByteOffset: 0, as: Int.self)
        page.storeBytes(of: 0, toByteOffset: 8, as: Int.self)
        pairCount.pointee = 0
        // The engine is the owner until the task begins.
        ownerWord.pointee = 1
        page.storeBytes(of: 0, toByteOffset: 36, as: Int32.self)
        setPath("")
        page.storeBytes(of: 0, toByteOffset: 2304, as: UInt16.self)
    }

    /// Records an error that ends the attempt if and when the closure returns.
    package func note(_ text: String) {
        var text = text
        let count = text.withUTF8 { bytes in
            let head = UnsafeRawBufferPointer(bytes).prefix(Self.maxNoteByteCount)
            UnsafeMutableRawBufferPointer(start: page + 2306, count: Self.maxNoteByteCount)
                .copyBytes(from: head)
            return head.count
        }
        page.storeBytes(of: UInt16(count), toByteOffset: 2304, as: UInt16.self)
    }

    /// Records the calling thread as the one that runs the task.
    package func noteThread() {
        page.storeBytes(of: signals_thread_id(), toByteOffset: 36, as: Int32.self)
    }

    /// The kernel's number of the thread that runs the task; 0 if there is none.
    package var threadID: Int32 { page.load(fromByteOffset: 36, as: Int32.self) }

    /// The progress of the task.
    package var progress: Progress {
        Progress(
            recordNumber: load(0),
            offset: load(8),
            pairCount: pairCount.pointee,
            ownerChanges: ownerWord.pointee
        )
    }

    /// Records the file or partition that is read from now on.
    package func begin(path: String, offset: Int) {
        setPath(path)
        page.storeBytes(of: offset, toByteOffset: 8, as: Int.self)
    }

    private func setPath(_ path: String) {
        var path = path
        let count = path.withUTF8 { bytes in
            let head = UnsafeRawBufferPointer(bytes).prefix(Self.maxPathByteCount)
            UnsafeMutableRawBufferPointer(start: page + 64, count: Self.maxPathByteCount)
                .copyBytes(from: head)
            return head.count
        }
        page.storeBytes(of: UInt16(count), toByteOffset: 32, as: UInt16.self)
        page.storeBytes(of: 0, toByteOffset: 34, as: UInt16.self)
    }

    /// The two words where a short key is recorded before its values are merged; written by the
    /// task.
    package var shortKey: UnsafeMutablePointer<UInt64> {
        (page + 2048).assumingMemoryBound(to: UInt64.self)
    }

    /// Records that keys are in `shortKey` from now on.
    package func beginShortKeys() {
        shortKey[1] = 0
        page.storeBytes(of: Self.shortKeyMark, toByteOffset: 34, as: UInt16.self)
    }

    /// Clears the key.
    package func endKeys() { page.storeBytes(of: 0, toByteOffset: 34, as: UInt16.self) }

    /// Records the current group.
    package func record(number: Int, key: UnsafeRawBufferPointer) {
        page.storeBytes(of: number, toByteOffset: 0, as: Int.self)
        note(key: key)
    }

    /// Records a key alone.
    package func note(key: UnsafeRawBufferPointer) {
        let head = key.prefix(Self.maxKeyByteCount)
        UnsafeMutableRawBufferPointer(start: page + 2048, count: Self.maxKeyByteCount)
            .copyBytes(from: head)
        page.storeBytes(of: UInt16(head.count), toByteOffset: 34, as: UInt16.self)
    }

    private var keyByteCount: Int {
        let count = page.load(fromByteOffset: 34, as: UInt16.self)
        guard count == Self.shortKeyMark else { return min(Int(count), Self.maxKeyByteCount) }
        return min(max(Int(page.load(fromByteOffset: 2063, as: UInt8.self)) - 1, 0), 15)
    }

    private func load(_ offset: Int) -> Int { page.load(fromByteOffset: offset, as: Int.self) }

    /// Returns the current contents of the page.
    ///
    /// Lengths are bounded, whatever the page contains.
    package func read() -> Reading {
        let pathCount = min(
            Int(page.load(fromByteOffset: 32, as: UInt16.self)),
            Self.maxPathByteCount
        )
        let noteCount = min(
            Int(page.load(fromByteOffset: 2304, as: UInt16.self)),
            Self.maxNoteByteCount
        )
        return Reading(
            recordNumber: load(0),
            offset: load(8),
            path: String(
                decoding: UnsafeRawBufferPointer(start: page + 64, count: pathCount),
                as: UTF8.self
            ),
            key: Array(UnsafeRawBufferPointer(start: page + 2048, count: keyByteCount)),
            note: String(
                decoding: UnsafeRawBufferPointer(start: page + 2306, count: noteCount),
                as: UTF8.self
            )
        )
    }
}
