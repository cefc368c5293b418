internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel
internal import NIOCore

/// The routes of a worker: its segments, and the logs of its attempts.
///
/// Paths consist of numbers, and a worker serves only what it has recorded as its own: no request
/// names a file.
struct WorkerRoutes {
    let store: JobStore
    let checks: WorkerChecks
    let metrics: WorkerMetrics
    let slotCount: Int
    let token: Token?
    /// Whether the service uses TLS.
    let isSecure: Bool
    let connections: Connections
    let logger: Logger

    var router: ClusterRouter {
        let router = ClusterRouter.service(
            metrics: metrics.http,
            logger: logger,
            token: token,
            isSecure: isSecure,
            connections: connections
        )
        HealthRoutes.add(to: router) { [metrics] in metrics.isJoined }
        router.get("metrics") { _, _ in
            let (storage, process) = try await blocking {
                (try WorkerMetrics.Storage(store), try ProcessMetrics())
            }
            return MetricsText.response(metrics.text(slotCount: slotCount, storage, process))
        }
        let segments = router.group("v1/segments/:job/:stage/:task/:attempt/:partition")
        segments.get { request, context in try await segment(.whole, context, request) }
        segments.get("list") { request, context in try await segment(.list, context, request) }
        router.get("v1/logs/:job/:stage/:task/:attempt") { request, context in
            try await log(request, context)
        }
        router.get("v1/check") { _, _ in try JSONBody.response(try await checks.status()) }
        router.post("v1/check") { request, _ in
            let body = try await request.decoded(as: JobCheckRequest.self)
            return try JSONBody.response(try await checks.check(body))
        }
        return router
    }

    private func segment(
        _ part: SegmentDocument.Part,
        _ context: ClusterContext,
        _ request: Request
    ) async throws -> Response {
        let attempt = try context.attempt
        let partition = try context.number("partition")
        if let worker = request.uri.queryParameters.get("worker"), worker != store.incarnation {
            throw ClusterError.notFound("the worker \(worker) is not here any more")
        }
        guard let path = store.run(of: attempt) else {
            throw ClusterError.notFound("this worker has no run of \(attempt)")
        }
        let document: SegmentDocument
        do {
            document = try await blocking {
                try SegmentDocument(run: path, partition: partition, part: part)
            }
        } catch let error as EngineError {
            // Retrying does not repair a run that is damaged or gone.
            throw ClusterError.notFound(error.message)
        }
        let range = try Self.range(request.headers[.range], byteCount: document.byteCount)
        let isPart = range.count < document.byteCount
        var headers: HTTPFields = [.contentType: "application/octet-stream"]
        headers[.acceptRanges] = "bytes"
        if isPart {
            headers[.contentRange] =
                "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(document.byteCount)"
        }
        metrics.served(range.count)
        return Response(
            status: isPart ? .partialContent : .ok,
            headers: headers,
            body: ResponseBody(contentLength: range.count) { writer in
                var offset = range.lowerBound
                while offset < range.upperBound {
                    let buffer = try await Self.read(document, offset..<range.upperBound)
                    offset += buffer.readableBytes
                    try await writer.write(buffer)
                }
                try await writer.finish(nil)
            }
        )
    }

    /// Reads the first of some bytes.
    private static func read(
        _ document: SegmentDocument,
        _ bytes: Range<Int>
    ) async throws -> ByteBuffer {
        try await blocking {
            let count = min(WorkerLimits.segmentChunkByteCount, bytes.count)
            var buffer = ByteBufferAllocator().buffer(capacity: count)
            try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
                try document.read(
                    into: UnsafeMutableRawBufferPointer(rebasing: target[..<count]),
                    at: bytes.lowerBound
                )
            }
            return buffer
        }
    }

    /// Returns the bytes that a range selects; supports only `bytes=N-` and `bytes=N-M`.
    static func range(_ range: String?, byteCount: Int) throws -> Range<Int> {
        guard let range else { return 0..<byteCount }
        let numbers = range.dropFirst("bytes=".count)
            .split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard range.hasPrefix("bytes="), numbers.count == 2, let start = Self.number(numbers[0]),
            let last = numbers[1].isEmpty ? .max : Self.number(numbers[1]), start <= last
        else {
            throw ClusterError.badRequest("a range is bytes=N- or bytes=N-M, and not \(range)")
        }
        guard start < byteCount else {
            throw ClusterError(
                .rangeNotSatisfiable,
                "range",
                "the segment has \(byteCount) bytes, and not \(start)"
            )
        }
        return start..<(last < byteCount ? last + 1 : byteCount)
    }

    private static func number(_ text: Substring) -> Int? {
        text.allSatisfy { $0.isASCII && $0.isNumber } ? Int(text) : nil
    }
}
