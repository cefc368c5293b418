internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess
internal import NIOCore

/// The output of attempts: its end, or everything from an offset on, followed while they run.
extension WorkerRoutes {
    func log(_ request: Request, _ context: ClusterContext) async throws -> Response {
        let attempt = try context.attempt
        guard let path = store[attempt.task.job]?.logPath(of: attempt) else {
            throw ClusterError.noJob(attempt.task.job)
        }
        if let offset = try request.number("from") {
            return try await follow(attempt, path, from: offset, patience: request.wait)
        }
        let text = try await blocking {
            guard try Files.kind(of: path) != nil else { return "" }
            return String(
                decoding: try Files.readTail(path, byteCount: WorkerLimits.maxServedLogByteCount),
                as: UTF8.self
            )
        }
        return Response.text(text)
    }

    /// Answers with the bytes from an offset on, and continues as more arrive, until the attempt
    /// has ended or has printed nothing for the time given.
    ///
    /// The file stays open during the answer: the output of an attempt is sent to its end, even if
    /// the job ends in the meantime and the file is removed.
    private func follow(
        _ attempt: AttemptID,
        _ path: String,
        from offset: Int,
        patience: Duration
    ) async throws -> Response {
        let patience = min(patience, .milliseconds(HTTPLimits.maxAnswerWaitMilliseconds))
        let logs = store.logs
        let follower = try logs.follow()
        // Checked before the file: if the attempt has ended, a missing file never appears.
        let state: LogState = logs.hasEnded(attempt) ?? false ? .ended : .running
        let file = try await Self.file(at: path, of: attempt, logs, patience)
        return Response(
            status: .ok,
            headers: [.contentType: "application/octet-stream", LogState.header: state.rawValue],
            body: ResponseBody { writer in
                defer { withExtendedLifetime(follower) {} }
                if let file {
                    var tail = FollowedFile(file: file, offset: offset)
                    try await tail.send(patience, { logs.hasEnded(attempt) ?? true }) {
                        try await writer.write($0)
                    }
                }
                try await writer.finish(nil)
            }
        )
    }

    /// Opens a log; waits for it while the attempt may still print something.
    private static func file(
        at path: String,
        of attempt: AttemptID,
        _ logs: AttemptLogs,
        _ patience: Duration
    ) async throws -> UnsafeTransfer<OpenFile>? {
        let end = ContinuousClock.now + patience
        while true {
            let isOver = logs.hasEnded(attempt) ?? false
            let file = try await blocking { () throws -> UnsafeTransfer<OpenFile>? in
                guard try Files.kind(of: path) != nil else { return nil }
                return UnsafeTransfer(try OpenFile(reading: path))
            }
            if file != nil || isOver || ContinuousClock.now >= end { return file }
            try await Task.sleep(for: WorkerLimits.logCheckInterval)
        }
    }
}

/// A file that another process writes, sent as it grows.
private struct FollowedFile {
    // A single task reads, and waits for each read.
    let file: UnsafeTransfer<OpenFile>
    var offset: Int

    /// Sends the available bytes, and new ones until the end or until none arrive for the time
    /// given.
    mutating func send(
        _ patience: Duration,
        _ hasEnded: @Sendable () -> Bool,
        _ write: (ByteBuffer) async throws -> Void
    ) async throws {
        var lastByte = ContinuousClock.now
        while true {
            // In this order, so that bytes written before the end are read after the check.
            let isLast = hasEnded()
            let isWhole = try await sendPiece(&lastByte, write)
            if isLast, isWhole { return }
            if isWhole {
                if ContinuousClock.now - lastByte >= patience { return }
                try await Task.sleep(for: WorkerLimits.logCheckInterval)
            }
        }
    }

    /// Sends a piece of the available bytes.
    ///
    /// - Returns: Whether there were none.
    private mutating func sendPiece(
        _ lastByte: inout ContinuousClock.Instant,
        _ write: (ByteBuffer) async throws -> Void
    ) async throws -> Bool {
        let file = self.file
        let offset = self.offset
        let buffer = try await blocking { () throws -> ByteBuffer in
            var buffer = ByteBufferAllocator().buffer(capacity: WorkerLimits.logChunkByteCount)
            try buffer.writeWithUnsafeMutableBytes(
                minimumWritableBytes: WorkerLimits.logChunkByteCount
            ) { target in
                try file.value.read(
                    into: UnsafeMutableRawBufferPointer(
                        rebasing: target[..<WorkerLimits.logChunkByteCount]
                    ),
                    at: offset
                )
            }
            return buffer
        }
        guard buffer.readableBytes > 0 else { return true }
        self.offset += buffer.readableBytes
        try await write(buffer)
        lastByte = .now
        return false
    }
}
