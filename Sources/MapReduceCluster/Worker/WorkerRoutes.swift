internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import MapReduceControl
internal import MapReduceEngine
internal import MapReduceModel
internal import NIOCore

/// The paths of a worker: its segments, and the logs of what it runs.
///
/// A path is made of numbers, and what is served is what the worker has noted as its own: no
/// request names a file.
struct WorkerRoutes {
    let store: JobStore
    let metrics: WorkerMetrics
    let token: Token?
    let logger: Logger

    var router: ClusterRouter {
        let router = ClusterRouter(context: ClusterContext.self)
        router.add(middleware: ErrorMiddleware(logger: logger))
        if let token { router.add(middleware: TokenMiddleware(token: token)) }
        HealthRoutes.add(to: router) { [metrics] in metrics.isJoined }
        router.get("metrics") { [metrics] _, _ in MetricsText.response(metrics.text) }
        router.get("v1/segments/:job/:stage/:task/:attempt/:partition") { request, context in
            try await segment(try context.attempt, try context.number("partition"), request)
        }
        router.get("v1/logs/:job/:stage/:task/:attempt") { _, context in
            let attempt = try context.attempt
            guard let path = store[attempt.task.job]?.logPath(of: attempt) else {
                throw ClusterError.noJob(attempt.task.job)
            }
            let text = try await blocking {
                guard try Files.kind(of: path) != nil else { return "" }
                return String(
                    decoding: try Files.readTail(path, byteCount: Policy.maxServedLogByteCount),
                    as: UTF8.self
                )
            }
            return Response.text(text)
        }
        return router
    }

    private func segment(
        _ attempt: AttemptID,
        _ partition: Int,
        _ request: Request
    ) async throws -> Response {
        guard let path = store.run(of: attempt) else {
            throw ClusterError.notFound("this worker has no run of \(attempt)")
        }
        let document: SegmentDocument
        do {
            document = try await blocking { try SegmentDocument(run: path, partition: partition) }
        } catch let error as EngineError {
            // Trying again does not mend a run that is damaged or gone.
            throw ClusterError.notFound(error.message)
        }
        let start = try Self.start(of: request.headers[.range], byteCount: document.byteCount)
        let count = document.byteCount - start
        var headers: HTTPFields = [.contentType: "application/octet-stream"]
        headers[.acceptRanges] = "bytes"
        if start > 0 {
            headers[.contentRange] =
                "bytes \(start)-\(document.byteCount - 1)/\(document.byteCount)"
        }
        metrics.served(count)
        return Response(
            status: start > 0 ? .partialContent : .ok,
            headers: headers,
            body: ResponseBody(contentLength: count) { writer in
                var offset = start
                while offset < document.byteCount {
                    let buffer = try await Self.read(document, at: offset)
                    offset += buffer.readableBytes
                    try await writer.write(buffer)
                }
                try await writer.finish(nil)
            }
        )
    }

    private static func read(_ document: SegmentDocument, at offset: Int) async throws -> ByteBuffer
    {
        try await blocking {
            let count = min(Policy.segmentChunkByteCount, document.byteCount - offset)
            var buffer = ByteBufferAllocator().buffer(capacity: count)
            try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
                try document.read(
                    into: UnsafeMutableRawBufferPointer(rebasing: target[..<count]),
                    at: offset
                )
            }
            return buffer
        }
    }

    /// Where a range begins; only `bytes=N-` is understood.
    static func start(of range: String?, byteCount: Int) throws -> Int {
        guard let range else { return 0 }
        guard range.hasPrefix("bytes="), range.hasSuffix("-"),
            let start = Int(range.dropFirst("bytes=".count).dropLast()), start >= 0
        else {
            throw ClusterError.badRequest("a range is written bytes=N-, and not \(range)")
        }
        guard start < byteCount else {
            throw ClusterError(
                .rangeNotSatisfiable,
                "range",
                "the segment has \(byteCount) bytes, and not \(start)"
            )
        }
        return start
    }
}

extension ClusterContext {
    fileprivate var attempt: AttemptID {
        get throws {
            AttemptID(
                task: TaskID(
                    job: try job,
                    stage: try number("stage"),
                    index: try number("task")
                ),
                number: try number("attempt")
            )
        }
    }
}
