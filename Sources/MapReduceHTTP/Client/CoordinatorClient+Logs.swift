internal import AsyncHTTPClient
package import MapReduceModel
internal import NIOCore
internal import NIOHTTP1

/// Requests for the logs of attempts: live logs from their workers, kept logs from the coordinator.
extension CoordinatorClient {
    /// Gets what an attempt has printed from an offset on, and what it prints until the worker's
    /// answer ends.
    ///
    /// The answer ends when the attempt does, or when the attempt is silent for some time.
    /// `url`: the URL of the attempt's worker.
    /// `waits`: whether to wait for more; otherwise, what there is comes at once.
    /// `take`: called with the bytes, chunk by chunk.
    /// - Returns: Whether the attempt had already ended, so that all that it printed has arrived.
    package func followLog(
        of attempt: AttemptID,
        at url: String,
        from offset: Int,
        waits: Bool,
        _ take: ([UInt8]) async throws -> Void
    ) async throws -> Bool {
        let task = attempt.task
        let path = "\(task.job.number)/\(task.stage)/\(task.index)/\(attempt.number)"
        let patience = waits ? HTTPLimits.logPatienceMilliseconds : 0
        let response = try await client.send(
            .GET,
            "\(url)/v1/logs/\(path)?from=\(offset)&wait=\(patience)",
            timeout: HTTPLimits.transferTimeout
        )
        var bytes = response.body.makeAsyncIterator()
        while let buffer = try await next(&bytes, url) {
            try await take(Array(buffer.readableBytesView))
        }
        return response.headers.first(name: LogState.headerName) == LogState.ended.rawValue
    }

    private func next(
        _ bytes: inout HTTPClientResponse.Body.AsyncIterator,
        _ url: String
    ) async throws -> ByteBuffer? {
        do {
            return try await bytes.next()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ClusterClient.CallError.unreachable(url: url, reason: "\(error)")
        }
    }

    /// Returns what the coordinator has kept of an attempt's output: the end of it.
    package func log(ofEnded attempt: AttemptID) async throws -> AttemptLog? {
        let task = attempt.task
        let logs: [AttemptLog] = try await client.get(
            "\(base)/jobs/\(task.job.number)/logs/\(task.stage)/\(task.index)/\(attempt.number)"
        )
        return logs.first
    }
}
