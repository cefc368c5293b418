internal import MapReduceControl
internal import MapReduceProcess
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#endif

/// The output of a task process: read from a pipe, and written to the file of the running attempt,
/// or of the process while no attempt runs.
///
/// Of each file, the beginning is written as it is printed, and the end when the attempt ends; the
/// bytes in between are only counted. This way a closure cannot fill the disk, however much it
/// prints.
package final class TaskLog: Sendable {
    /// The pipe's read end, readable when the process has printed something; nil after all writers
    /// have closed the pipe.
    package var descriptor: Int32? { state.withLock { $0.isClosed ? nil : reader } }

    private let reader: Int32
    private let processPath: String
    private let state: Mutex<State>

    private struct State {
        var file: BoundedFile
        var isClosed = false
    }

    /// Creates a pipe; close the writer, the process's end, after the process starts.
    ///
    /// `path`: the file for output outside of attempts; an existing file is replaced.
    package static func make(at path: String) throws -> (log: TaskLog, writer: Int32) {
        var ends: (Int32, Int32) = (-1, -1)
        let code = withUnsafeMutableBytes(of: &ends) { bytes in
            pipe(bytes.baseAddress?.assumingMemoryBound(to: Int32.self))
        }
        guard code == 0 else { throw ProcessError("make", "a pipe", errno: errno) }
        _ = fcntl(ends.0, F_SETFD, FD_CLOEXEC)
        _ = fcntl(ends.1, F_SETFD, FD_CLOEXEC)
        _ = fcntl(ends.0, F_SETFL, O_NONBLOCK)
        return (TaskLog(reader: ends.0, path: path), ends.1)
    }

    private init(reader: Int32, path: String) {
        self.reader = reader
        processPath = path
        state = Mutex(State(file: BoundedFile(path)))
    }

    deinit {
        close(reader)
        state.withLock { $0.file.end() }
    }

    /// Closes the writer, after the process has inherited it or failed to start.
    package func closeWriter(_ writer: Int32) { close(writer) }

    /// Directs output to this file from now on.
    package func begin(_ path: String) {
        drain()
        state.withLock { state in
            state.file.end()
            state.file = BoundedFile(path)
        }
    }

    /// Ends an attempt: writes the end of its output to its file.
    package func end() {
        drain()
        state.withLock { state in
            state.file.end()
            state.file = BoundedFile(processPath, appends: true)
        }
    }

    /// Reads the output printed so far, without waiting.
    package func drain() {
        state.withLock { state in
            withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 8) { buffer in
                // At most many times the capacity of a pipe: a process may print as fast as this
                // reads.
                for _ in 0..<DriverLimits.logReadsAtOnce where !state.isClosed {
                    let count = read(reader, buffer.baseAddress, buffer.count)
                    if count < 0, errno == EINTR { continue }
                    if count == 0 { state.isClosed = true }
                    guard count > 0 else { return }
                    state.file.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                }
            }
        }
    }
}

/// A file that keeps the beginning and the end of what is written to it.
struct BoundedFile {
    private var descriptor: Int32
    private var headByteCount = 0
    private var tail: [UInt8] = []
    private var droppedByteCount = 0

    /// Opens a file.
    ///
    /// If that fails, nothing is kept: a log is not worth failing an attempt for.
    init(_ path: String, appends: Bool = false) {
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (appends ? O_APPEND : O_TRUNC)
        descriptor = open(path, flags, 0o644)
        if appends, descriptor >= 0 { headByteCount = Int(lseek(descriptor, 0, SEEK_END)) }
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        let room = max(DriverLimits.keptLogHeadByteCount - headByteCount, 0)
        let head = UnsafeRawBufferPointer(rebasing: bytes.prefix(room))
        if !head.isEmpty {
            write(head)
            headByteCount += head.count
        }
        tail += bytes.dropFirst(room)
        let most = DriverLimits.keptLogTailByteCount
        // Only now and then, because it moves the kept bytes.
        if tail.count > 2 * most { cutTail(to: most) }
    }

    private mutating func cutTail(to most: Int) {
        guard tail.count > most else { return }
        droppedByteCount += tail.count - most
        tail.removeFirst(tail.count - most)
    }

    /// Writes the end and closes the file.
    mutating func end() {
        guard descriptor >= 0 else { return }
        cutTail(to: DriverLimits.keptLogTailByteCount)
        if droppedByteCount > 0 {
            let note = "\n[\(droppedByteCount) bytes of what was printed are left out here]\n"
            Array(note.utf8).withUnsafeBytes { write($0) }
        }
        tail.withUnsafeBytes { write($0) }
        tail = []
        close(descriptor)
        descriptor = -1
    }

    /// Writes bytes; if the disk is full, the rest is lost.
    private func write(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes
        while descriptor >= 0, !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        }
    }
}
