internal import MapReduceEngine
package import MapReduceModel

/// The requests of `mapreduce doctor`.
extension CoordinatorClient {
    /// Returns the status of a coordinator's or a worker's process: its clock, its directory, and
    /// its limits.
    package func serviceStatus(of service: String) async throws -> ServiceStatus {
        let url = service.hasSuffix("/") ? String(service.dropLast()) : service
        return try await client.get("\(url)/v1/check", timeout: HTTPLimits.statusPatience)
    }

    /// Checks whether an output can be put in place; makes a directory that `endOutputCheck`
    /// removes.
    package func checkOutput(_ request: OutputCheckRequest) async throws -> OutputCheckAnswer {
        try await client.post("\(base)/check", request)
    }

    /// Removes a directory that a check made.
    package func endOutputCheck(_ probe: String) async throws {
        try await client.delete("\(base)/check/\(Files.name(of: probe))")
    }

    /// Checks whether a worker could run tasks of a job.
    package func check(
        _ request: JobCheckRequest,
        at worker: String
    ) async throws -> JobCheckAnswer {
        try await client.post("\(worker)/v1/check", request, timeout: HTTPLimits.checkPatience)
    }
}
