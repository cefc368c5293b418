internal import HTTPTypes
internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#endif

/// The checks of a worker for `mapreduce doctor`: how it is set up, and whether it could run a
/// job's tasks.
final class WorkerChecks: Sendable {
    private let settings: WorkerSettings
    private let client: ClusterClient
    private let coordinator: String
    private let scratch: String
    private let store: JobStore
    private let runningCount = Mutex(0)

    init(
        settings: WorkerSettings,
        client: ClusterClient,
        coordinator: String,
        scratch: String,
        store: JobStore
    ) {
        self.settings = settings
        self.client = client
        self.coordinator = coordinator
        self.scratch = scratch
        self.store = store
    }

    // MARK: The worker

    func status() async throws -> ServiceStatus {
        let (reach, peers) = await workers()
        var reached: [WorkerDiagnostics.Reach] = []
        await withTaskGroup(of: WorkerDiagnostics.Reach.self) { group in
            for url in peers { group.addTask { await self.reach(url) } }
            for await reach in group { reached.append(reach) }
        }
        let diagnostics = WorkerDiagnostics(
            slotCount: settings.slotCount,
            minFreeByteCount: settings.minFreeByteCount,
            coordinator: reach,
            peers: reached.sorted { $0.url < $1.url }
        )
        let scratch = self.scratch
        return try await blocking {
            try ServiceStatus.current(directory: scratch, diagnostics: diagnostics)
        }
    }

    /// Asks the coordinator for the other workers: a request cannot choose where this worker calls.
    private func workers() async -> (WorkerDiagnostics.Reach, [String]) {
        do {
            let all: [WorkerStatus] = try await client.get(
                "\(coordinator)/v1/workers",
                timeout: HTTPLimits.connectTimeout
            )
            let urls = all.map(\.url).filter { !$0.isEmpty }
            return (
                WorkerDiagnostics.Reach(url: coordinator),
                Array(urls.prefix(WorkerLimits.maxCheckedPeerCount))
            )
        } catch {
            return (WorkerDiagnostics.Reach(url: coordinator, problem: "\(error)"), [])
        }
    }

    private func reach(_ url: String) async -> WorkerDiagnostics.Reach {
        do {
            _ = try await client.text("\(url)/health/live", timeout: HTTPLimits.connectTimeout)
            return WorkerDiagnostics.Reach(url: url)
        } catch {
            return WorkerDiagnostics.Reach(url: url, problem: "\(error)")
        }
    }

    // MARK: A job

    /// Checks what tasks of a job would need here.
    ///
    /// - Throws: `ClusterError` for an invalid job, or while too many checks are running.
    func check(_ request: JobCheckRequest) async throws -> JobCheckAnswer {
        guard request.version == ClusterProtocol.version else {
            throw ClusterError.unknownVersion("\(request.version)")
        }
        try request.program.check()
        guard request.inputs.count <= WorkerLimits.maxCheckedFileCount else {
            throw ClusterError.badRequest(
                "at most \(WorkerLimits.maxCheckedFileCount) input files are looked at, and not "
                    + "\(request.inputs.count)"
            )
        }
        let paths = request.inputs.map(\.path) + [request.probe ?? "/"]
        guard paths.allSatisfy({ !$0.utf8.contains(0) }), paths.last?.hasPrefix("/") ?? false else {
            throw ClusterError.badRequest("a path has a zero byte, or does not begin at the root")
        }
        try begin()
        defer { runningCount.withLock { $0 -= 1 } }
        let directory = "\(scratch)/check-\(UInt64.random(in: 0 ... .max))"
        do {
            let answer = try await check(request, in: directory)
            try await onOwnThread { try Files.remove(directory) }
            return answer
        } catch {
            try await onOwnThread { try Files.remove(directory) }
            throw error
        }
    }

    private func begin() throws {
        let isFree = runningCount.withLock { count in
            guard count < WorkerLimits.maxCheckCount else { return false }
            count += 1
            return true
        }
        guard isFree else {
            throw ClusterError(.serviceUnavailable, "busy", "other checks run; ask again later")
        }
    }

    private func check(
        _ request: JobCheckRequest,
        in directory: String
    ) async throws -> JobCheckAnswer {
        let program = request.program
        let (hasDirectory, bad, output) = try await onOwnThread {
            try Files.createDirectory(directory + "/files")
            let hasDirectory = try Files.kind(of: program.directory) == .directory
            let base = hasDirectory ? program.directory : directory
            let bad = request.inputs.compactMap { InputCheck.check($0, from: base) }
            return (hasDirectory, bad, Self.output(request.probe))
        }
        return JobCheckAnswer(
            badInputs: Array(bad.prefix(WorkerLimits.maxBadInputCount)),
            badInputCount: bad.count,
            hasDirectory: hasDirectory,
            output: output,
            program: try await run(program, hasDirectory, directory),
            machine: Self.machine
        )
    }

    /// Writes a file in the directory that the coordinator has created.
    private static func output(_ probe: String?) -> JobCheckAnswer.Output {
        guard let probe else { return .unknown }
        do {
            guard try Files.kind(of: probe) == .directory else { return .unseen }
            let path = "\(probe)/\(UInt64.random(in: 0 ... .max))"
            try Files.write("written by a worker\n", toNew: path)
            try Files.remove(path)
            return .writable
        } catch let error as EngineError {
            return .unwritable(error.message)
        } catch {
            return .unwritable("\(error)")
        }
    }

    /// Fetches the executable, and starts it as for a task.
    private func run(
        _ program: JobProgramFile,
        _ hasDirectory: Bool,
        _ directory: String
    ) async throws -> JobCheckAnswer.Program {
        let executable = directory + "/executable"
        do {
            // Use a separate name for it: jobs that end may remove the other one.
            let path = try await store.fetchExecutable(of: program)
            try Files.link(path, at: executable)
            try await store.fetchFiles(of: program, into: directory + "/files")
        } catch {
            return .unavailable("\(error)")
        }
        let probe = ProgramProbe(
            executable: executable,
            arguments: program.arguments(filesFrom: directory + "/files"),
            directory: hasDirectory ? program.directory : directory,
            logPath: directory + "/log",
            slotCount: program.slotCount
        )
        return try await onOwnThread { probe.run() }
    }

    /// The processor architecture of this machine.
    private static var machine: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "unknown" }
        return withUnsafeBytes(of: name.machine) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

/// Checks whether an input file can be read here, and is the same as on the submitting machine.
enum InputCheck {
    /// Returns the problem; nil if there is none.
    static func check(
        _ file: JobCheckRequest.File,
        from directory: String
    ) -> JobCheckAnswer.BadInput? {
        let path = file.path.hasPrefix("/") ? file.path : "\(directory)/\(file.path)"
        do {
            switch try Files.kind(of: path) {
            case nil: return JobCheckAnswer.BadInput(path: path, problem: .missing)
            case .directory, .other:
                return JobCheckAnswer.BadInput(path: path, problem: .unreadable("is no file"))
            case .file: break
            }
            let signature = try OpenFile(reading: path).signature()
            guard signature != file.signature else { return nil }
            return JobCheckAnswer.BadInput(
                path: path,
                problem: .differs(byteCount: signature.byteCount)
            )
        } catch {
            let reason = (error as? EngineError)?.message ?? "\(error)"
            return JobCheckAnswer.BadInput(path: path, problem: .unreadable(reason))
        }
    }
}
