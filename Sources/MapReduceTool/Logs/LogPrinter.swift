internal import Dispatch
internal import MapReduceDriver
internal import MapReduceModel
internal import MapReduceProcess

#if canImport(Glibc)
internal import Glibc
#endif

/// Writes lines of logs to standard output, those of one call together.
///
/// Whoever writes waits until it is written: no more is read of logs than is printed. A reader that
/// takes its time, a pager perhaps, holds up the queue, and not the threads of tasks.
struct LogPrinter: Sendable {
    let isJSON: Bool
    /// The only task whose first attempt needs no name on its lines.
    let task: TaskName?
    private let queue = DispatchQueue(label: "printer")

    /// Nobody reads standard output any more.
    struct ReaderIsGone: Error {}

    init(isJSON: Bool, task: TaskName?) {
        self.isJSON = isJSON
        self.task = task
    }

    /// A line as a program reads it.
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
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            queue.async { done.resume(with: Result { try Self.write(text) }) }
        }
    }

    private func text(
        of lines: [String],
        _ attempt: AttemptID,
        _ worker: WorkerID
    ) throws -> String {
        if isJSON {
            return try Wire.jsonLines(
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
        }
        let isAlone = task != nil && attempt.number == 0
        let prefix = isAlone ? "" : "\(TaskName(attempt.task))#\(attempt.number &+ 1) | "
        return lines.map { "\(prefix)\($0)\n" }.joined()
    }

    /// - Throws: `ReaderIsGone` when nobody reads what is printed, even if nothing is.
    func checkReader() throws {
        var output = pollfd(fd: 1, events: 0, revents: 0)
        guard poll(&output, 1, 0) > 0 else { return }
        if output.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 { throw ReaderIsGone() }
    }

    private static func write(_ text: String) throws {
        var text = text
        try text.withUTF8 { bytes in
            var done = 0
            while done < bytes.count, let base = bytes.baseAddress {
                let count = Glibc.write(1, base + done, bytes.count - done)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw ReaderIsGone()
                }
                done += count
            }
        }
    }
}
