internal import MapReduceEngine
package import MapReduceModel
package import NIOSSL

/// The command line's client for a coordinator.
package struct CoordinatorClient: Sendable {
    let client: ClusterClient
    let base: String

    /// Creates a client.
    ///
    /// `url`: the URL of the coordinator. `connectionCount`: the maximum number of connections open
    /// to one service at once.
    package init(
        url: String,
        token: Token?,
        tls: TLSConfiguration?,
        connectionCount: Int = HTTPLimits.clientConnectionCount
    ) {
        client = ClusterClient(token: token, tls: tls, connectionCount: connectionCount)
        base = (url.hasSuffix("/") ? String(url.dropLast()) : url) + "/v1"
    }

    /// Closes all connections; no call may follow.
    package func shutdown() async throws { try await client.shutdown() }

    package func cluster() async throws -> ClusterStatus {
        // People do not wait long for a coordinator that is not there.
        try await client.get("\(base)/cluster", timeout: HTTPLimits.greetingTimeout)
    }

    /// Uploads an executable, unless the coordinator already has it.
    /// - Returns: Its SHA-256.
    package func upload(executable path: String) async throws -> String {
        let digest = try await blocking { try DigestStore.digest(of: path) }
        let url = "\(base)/executables/\(digest)"
        if try await !client.exists(url) { try await client.put(url, file: path) }
        return digest
    }

    /// Uploads a side file, unless the coordinator already has it.
    /// - Throws: `EngineError` if the file has changed since the job was described.
    package func upload(_ file: DescribedFile) async throws -> UploadedFile {
        let digest = try await blocking { () throws -> String in
            let digest = try DigestStore.digest(of: file.path)
            guard try OpenFile(reading: file.path).signature() == file.signature else {
                throw EngineError(
                    .badInput,
                    "the file \(file.path) (--file \(file.name)) has changed while the job was "
                        + "submitted; submit it again"
                )
            }
            return digest
        }
        let url = "\(base)/files/\(digest)"
        if try await !client.exists(url) { try await client.put(url, file: file.path) }
        return UploadedFile(name: file.name, sha256: digest)
    }

    package func submit(_ request: SubmitRequest) async throws -> SubmitAnswer {
        try await client.post("\(base)/jobs", request, timeout: HTTPLimits.submitTimeout)
    }

    package func jobs() async throws -> [JobStatus] { try await client.get("\(base)/jobs") }

    /// Returns the status of a job; waits for its end, but at most `wait`.
    ///
    /// `uuid`: what distinguishes the job from others with its number, here and below. A
    /// coordinator restored from an older copy of its data assigns numbers again, so a caller that
    /// asks again about a job passes the UUID from the first answer. Nil stands for any job with
    /// the number.
    package func job(
        _ id: JobID,
        _ uuid: String? = nil,
        wait: Duration = .zero
    ) async throws -> JobStatus {
        let milliseconds = wait.nanoseconds / 1_000_000
        return try await client.get(
            "\(base)/jobs/\(id.number)?wait=\(milliseconds)" + (uuid.map { "&uuid=\($0)" } ?? "")
        )
    }

    /// Returns everything known about a job.
    package func report(of id: JobID) async throws -> JobReport {
        try await client.get("\(base)/jobs/\(id.number)/report")
    }

    /// Returns what happened to a job after an event.
    package func events(
        of id: JobID,
        _ uuid: String? = nil,
        after number: Int,
        onlyNotable: Bool
    ) async throws -> [JobEvent] {
        try await client.get(
            "\(base)/jobs/\(id.number)/events?after=\(number)&notable=\(onlyNotable ? 1 : 0)"
                + (uuid.map { "&uuid=\($0)" } ?? "")
        )
    }

    package func tasks(of id: JobID) async throws -> [TaskStatus] {
        try await client.get("\(base)/jobs/\(id.number)/tasks")
    }

    /// Returns what is needed to run a task again.
    package func replay(of id: JobID, stage: Int, task: Int) async throws -> ReplayAnswer {
        try await client.get("\(base)/jobs/\(id.number)/tasks/\(stage)/\(task)")
    }

    /// Fetches an executable into a directory.
    /// - Returns: Its path there; nothing but the executable with that digest is ever at this path.
    package func download(executable digest: String, to directory: String) async throws -> String {
        let store = try DigestStore(
            .executable,
            directory: directory,
            maxByteCount: HTTPLimits.maxDownloadByteCount
        )
        guard DigestStore.isDigest(digest) else {
            throw ClusterError.badRequest("\(digest) is not the name of an executable")
        }
        try await store.add(digest, try await client.bytes("\(base)/executables/\(digest)"))
        return store.path(of: digest)
    }

    /// Fetches the side files of a job into a directory, each under its name.
    package func download(_ files: [UploadedFile], to directory: String) async throws {
        let store = try DigestStore(
            .file,
            directory: directory + "/.store",
            maxByteCount: HTTPLimits.maxSideFileByteCount
        )
        for file in files {
            try await store.fetch(file, from: base, client)
            try store.link(file, into: directory)
        }
    }

    package func workers() async throws -> [WorkerStatus] {
        try await client.get("\(base)/workers")
    }

    /// Returns what attempts that have ended printed.
    package func logs(of id: JobID) async throws -> [AttemptLog] {
        try await client.get("\(base)/jobs/\(id.number)/logs")
    }

    /// Returns what a running attempt has printed so far, from its worker.
    package func log(of attempt: AttemptID, on worker: WorkerStatus) async throws -> String {
        let task = attempt.task
        return try await client.text(
            "\(worker.url)/v1/logs/\(task.job.number)/\(task.stage)/\(task.index)/\(attempt.number)"
        )
    }

    /// Cancels a job.
    package func cancel(_ id: JobID, _ uuid: String? = nil) async throws {
        try await client.delete(
            "\(base)/jobs/\(id.number)" + (uuid.map { "?uuid=\($0)" } ?? "")
        )
    }
}
