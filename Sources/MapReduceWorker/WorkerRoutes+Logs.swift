internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess
internal import NIOCore

/// What attempts have printed: the end of it, or all from an offset on and while they go on.
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

    /// Answers with the bytes from an offset on, and goes on as there are more, until the attempt
    /// has ended or has printed nothing for so long.
    ///
    /// The file is open while the answer lasts: what an attempt printed is sent to its end, even
    /// when the job ends meanwhile and the file is removed.
    private func follow(
        _ attempt: AttemptID,
        _ path: String,
        from offset: Int,
        patience: Duration
    ) async throws -> Response {
        let patience = min(patience, .milliseconds(HTTPLimits.maxAnswerWaitMilliseconds))
        let logs = store.logs
        let follower = try logs.follow()
        // Asked before the file is: what is not there then will never be.
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
    // One task reads, and waits for each reading.
    let file: UnsafeTransfer<OpenFile>
    var offset: Int

    /// Sends what there is, and what comes until nothing more will or nothing came for so long.
    mutating func send(
        _ patience: Duration,
        _ hasEnded: @Sendable () -> Bool,
        _ write: (ByteBuffer) async throws -> Void
    ) async throws {
        var lastByte = ContinuousClock.now
        while true {
            // In this order: what was written before the end is read after it.
            let isLast = hasEnded()
            let isWhole = try await sendPiece(&lastByte, write)
            if isLast, isWhole { return }
            if isWhole {
                if ContinuousClock.now - lastByte >= patience { return }
                try await Task.sleep(for: WorkerLimits.logCheckInterval)
            }
        }
    }

    /// Sends a piece of what there is.
    /// - Returns: whether there was nothing.
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
