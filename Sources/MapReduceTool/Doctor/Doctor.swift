internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceWorker

/// Observes a cluster, and what a job would need from it.
struct Doctor: Sendable {
    private let client: CoordinatorClient
    private let url: String
    private let hasToken: Bool
    /// The directory for this machine's intermediate files.
    private let scratch: String

    init(client: CoordinatorClient, url: String, hasToken: Bool, scratch: String) {
        self.client = client
        self.url = url
        self.hasToken = hasToken
        self.scratch = scratch
    }

    /// A job to check.
    struct JobToCheck: Sendable {
        var description: Observations.Job.Description
        /// The path of the executable, and its whole command line.
        var path: String
        var arguments: [String]
        var directory: String
        var slotCount: Int
    }

    /// Asks all services; a service that does not answer is an observation, not an error.
    ///
    /// `describe`: asks the job's executable for its description, for a cluster with this
    ///   slot count; nil without a job.
    func observe(
        _ describe: ((_ slotCount: Int) async throws -> JobToCheck)?
    ) async throws -> Observations {
        var seen = Observations(
            machine: try await blocking { [scratch] in Self.machine(scratch) },
            coordinatorURL: url,
            hasToken: hasToken,
            coordinator: try await serviceStatus(of: url)
        )
        if let statuses = try await statuses(behind: seen.coordinator) {
            seen.workers = try await statuses.concurrentMap(
                atMost: ToolLimits.checkConcurrency
            ) { status in
                Observations.Worker(
                    status: status,
                    serviceStatus: status.url.isEmpty
                        ? nil : try await serviceStatus(of: status.url)
                )
            }
        }
        guard let describe else { return seen }
        let slots = seen.workers?.reduce(0) { $0 + $1.status.slotCount } ?? 0
        try await observe(try await describe(max(slots, 1)), &seen)
        return seen
    }

    /// Returns the workers that a coordinator knows; nil if it does not say.
    private func statuses(
        behind coordinator: Observations.Reply<ServiceStatus>
    ) async throws -> [WorkerStatus]? {
        if case .unreachable = coordinator { return nil }
        return try await reply { try await client.workers() }.value
    }

    private static func machine(_ scratch: String) -> Observations.Machine {
        let limit = FileLimit.current.most
        do {
            let directory = try ScratchDirectory(below: scratch)
            let free = try Files.freeByteCount(at: scratch)
            try directory.remove()
            return Observations.Machine(
                directory: scratch,
                freeByteCount: free,
                fileLimit: limit
            )
        } catch {
            return Observations.Machine(
                directory: scratch,
                freeByteCount: nil,
                reason: (error as? EngineError)?.message ?? "\(error)",
                fileLimit: limit
            )
        }
    }

    // MARK: Asking

    /// Asks a service, and turns an error into an observation.
    private func reply<Value: Sendable>(
        _ body: () async throws -> Value
    ) async throws -> Observations.Reply<Value> {
        do {
            return .answered(try await body(), nil)
        } catch let error as ClusterClient.CallError {
            switch error {
            case .unreachable(_, let reason): return .unreachable(reason: reason)
            case .refused(let status, let detail):
                return .refused(status: status, code: detail.code, message: detail.message)
            }
        } catch let error as DecodingError {
            return .refused(
                status: 200,
                code: "http",
                message: "its answer is not understood: \(error)"
            )
        }
    }

    private func serviceStatus(of service: String) async throws -> Observations.Reply<ServiceStatus>
    {
        let asked = WallClock.now
        let reply = try await reply { try await client.serviceStatus(of: service) }
        guard case .answered(let status, _) = reply else { return reply }
        return .answered(
            status,
            Observations.ClockReading(
                time: status.time,
                asked: asked,
                answered: WallClock.now
            )
        )
    }

    // MARK: A job

    private func observe(_ job: JobToCheck, _ seen: inout Observations) async throws {
        seen.job = Observations.Job(description: job.description)
        guard case .described(let description) = job.description, let workers = seen.workers else {
            return
        }
        let output = try await reply {
            try await client.checkOutput(
                OutputCheckRequest(
                    output: description.output,
                    overwrites: description.overwrites
                )
            )
        }
        seen.job?.output = output
        do {
            let request = try await self.request(job, description, probe: output.value?.probe)
            seen.workers = try await workers.concurrentMap(
                atMost: ToolLimits.checkConcurrency
            ) { worker in
                var worker = worker
                if worker.serviceStatus?.value != nil {
                    worker.job = try await reply {
                        try await client.check(request, at: worker.status.url)
                    }
                }
                return worker
            }
        } catch let error as ClusterClient.CallError {
            seen.job?.uploadProblem = "\(error)"
        } catch let error as EngineError {
            seen.job?.uploadProblem = error.message
        }
        if let probe = output.value?.probe {
            // If the probe is not removed now, the coordinator removes it on its own.
            _ = try await reply { try await client.endOutputCheck(probe) }
        }
    }

    private func request(
        _ job: JobToCheck,
        _ description: JobDescription,
        probe: String?
    ) async throws -> JobCheckRequest {
        var files: [UploadedFile] = []
        let digest = try await client.upload(executable: job.path)
        for file in description.files { files.append(try await client.upload(file)) }
        return JobCheckRequest(
            program: JobProgramFile(
                sha256: digest,
                arguments: job.arguments,
                directory: job.directory,
                slotCount: job.slotCount,
                files: files
            ),
            inputs: Diagnosis.sample(
                Diagnosis.inputs(of: description),
                WorkerLimits.maxCheckedFileCount
            ),
            probe: probe
        )
    }
}
