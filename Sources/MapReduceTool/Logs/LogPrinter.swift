internal import Dispatch
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#endif

/// Writes lines of logs to standard output, keeping those of one call together.
///
/// The caller waits until its lines are written, so that logs are read no faster than they are
/// printed. A slow reader, such as a pager, blocks the queue, not the threads of Swift tasks.
struct LogPrinter: Sendable {
    let isJSON: Bool
    /// The only task whose first attempt needs no name on its lines.
    let task: TaskName?
    private let queue = DispatchQueue(label: "printer")

    /// Whether a write has been canceled.
    private final class Flag: Sendable {
        let isSet = Atomic(false)
    }

    /// An error that nothing reads standard output any more.
    struct ReaderIsGone: Error {}

    init(isJSON: Bool, task: TaskName?) {
        self.isJSON = isJSON
        self.task = task
    }

    /// A line in the format for programs.
    private struct Line: Encodable {
        let job: Int
        let stage: Int
        let task: Int
        let attempt: Int
        let worker: Int
        let text: String
    }

    /// - Throws: `ReaderIsGone`.
    func write(_ lines: [String], of attempt: AttemptID, on worker: WorkerID) async throws {
        if lines.isEmpty { return }
        let text = try text(of: lines, attempt, worker)
        let flag = Flag()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { done in
                queue.async { done.resume(with: Result { try Self.write(text, flag) }) }
            }
        } onCancel: {
            flag.isSet.store(true, ordering: .relaxed)
        }
    }

    private func text(
        of lines: [String],
        _ attempt: AttemptID,
        _ worker: WorkerID
    ) throws -> String {
        if isJSON {
            let text = try JSONText.lines(
                lines.map { line in
                    Line(
                        job: attempt.task.job.number,
                        stage: attempt.task.stage,
                        task: attempt.task.index,
                        attempt: attempt.number,
                        worker: worker.number,
                        text: line
                    )
                }
            )
            return text.printableJSON
        }
        let isAlone = task != nil && attempt.number == 0
        let prefix = isAlone ? "" : "\(TaskName(attempt.task))#\(attempt.number &+ 1) | "
        let text = lines.map { "\(prefix)\($0)\n" }.joined()
        // A file or a program gets the output of the tasks unmodified, byte by byte.
        return Terminal.isTerminal(1) ? text.printable : text
    }

    /// - Throws: `ReaderIsGone` when nothing reads the output any more, even if nothing is printed.
    func checkReader() throws {
        var output = pollfd(fd: 1, events: 0, revents: 0)
        guard poll(&output, 1, 0) > 0 else { return }
        if output.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 { throw ReaderIsGone() }
    }

    /// Writes at most as many bytes at once as possible without waiting, so that it can be
    /// canceled.
    private static func write(_ text: String, _ cancelled: Flag) throws {
        let bytes = Array(text.utf8)
        var rest = bytes[...]
        let patience = Int32(ToolLimits.readerCheckInterval.nanoseconds / 1_000_000)
        while !rest.isEmpty {
            if cancelled.isSet.load(ordering: .relaxed) { throw CancellationError() }
            var output = pollfd(fd: 1, events: Int16(POLLOUT), revents: 0)
            guard poll(&output, 1, patience) > 0 else { continue }
            let count = rest.prefix(ToolLimits.printedByteCount).withUnsafeBytes {
                Glibc.write(1, $0.baseAddress, $0.count)
            }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR && errno != EAGAIN {
                throw ReaderIsGone()
            }
        }
    }
}
