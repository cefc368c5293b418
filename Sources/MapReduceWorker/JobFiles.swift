internal import MapReduceDriver
internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess
internal import Synchronization

/// A worker's data about a job: how to start its task processes, and where its files are.
struct JobFiles: Sendable {
    let id: JobID
    let launch: JobLaunch
    let executable: String
    /// The random ID of the worker's process, drawn when it started.
    let incarnation: String
    /// The directory of runs, logs and fetched segments.
    let directory: String
    /// How the job's task processes are hosted.
    let hosted: HostedJob

    init(
        id: JobID,
        launch: JobLaunch,
        executable: String,
        incarnation: String,
        directory: String
    ) {
        self.id = id
        self.launch = launch
        self.executable = executable
        self.incarnation = incarnation
        self.directory = directory
        let program = launch.program
        let arguments = program.arguments(filesFrom: Self.filesDirectory(directory))
        hosted = HostedJob(
            plan: launch.plan,
            id: id,
            taskTimeoutSeconds: launch.taskTimeout,
            start: .process {
                var process = TaskProcess.Launch(executable: executable, arguments: arguments)
                // Run in the submission directory if it exists here, so that relative paths on the
                // command line mean the same.
                let exists = try Files.kind(of: program.directory) == .directory
                process.directory = exists ? program.directory : directory
                process.slotCount = program.slotCount
                process.inheritsEnvironment = false
                return process
            }
        )
    }

    var fetchedDirectory: String { directory + "/fetched" }

    /// The directory of the side files, by name.
    var filesDirectory: String { Self.filesDirectory(directory) }

    private static func filesDirectory(_ directory: String) -> String { directory + "/files" }

    /// Returns the specification of an attempt; parts are written on the output's own disk.
    func spec(for assignment: Assignment, segments: [[Segment]]) -> TaskSpec {
        let attempt = assignment.attempt
        return TaskSpec(
            attempt: attempt,
            input: assignment.input,
            segments: segments,
            directory: "\(directory)/\(attempt)",
            partDirectory: partDirectory(of: attempt),
            logPath: logPath(of: attempt),
            badRecords: assignment.badRecords,
            tellsPartitions: assignment.tellsPartitions
        )
    }

    func logPath(of attempt: AttemptID) -> String { "\(directory)/\(attempt).log" }

    /// Returns the directory where an attempt of this worker writes parts.
    ///
    /// No other process uses that directory, not even one that runs an attempt of the same name: a
    /// coordinator that was restored from an older copy of its data reuses names.
    func partDirectory(of attempt: AttemptID) -> String {
        "\(launch.outputDirectory)/\(attempt)-\(incarnation)"
    }
}

extension JobProgramFile {
    /// Returns the command line of the task processes; the directory has the side files by name.
    func arguments(filesFrom directory: String) -> [String] {
        if files.isEmpty { return arguments }
        return arguments.prefix(1) + ["--files-from", directory] + arguments.dropFirst()
    }
}

/// The jobs whose programs a worker has, and the runs that it has written for them.
final class JobStore: Sendable {
    private let client: ClusterClient
    private let coordinator: String
    let scratch: String
    /// The random ID of the worker's process, drawn when it started.
    let incarnation: String
    private let executables: DigestStore
    private let files: DigestStore
    /// The output of its attempts.
    let logs = AttemptLogs()
    private let jobs = Mutex<[JobID: JobFiles]>([:])
    private let heldRuns = Mutex<[AttemptID: OutputFile]>([:])

    init(
        client: ClusterClient,
        coordinator: String,
        scratch: String,
        incarnation: String
    ) throws {
        self.client = client
        self.incarnation = incarnation
        self.coordinator = coordinator
        self.scratch = scratch
        executables = try DigestStore(
            .executable,
            directory: scratch + "/executables",
            maxByteCount: WorkerLimits.maxExecutableByteCount
        )
        files = try DigestStore(
            .file,
            directory: scratch + "/files",
            maxByteCount: HTTPLimits.maxSideFileByteCount
        )
    }

    subscript(id: JobID) -> JobFiles? { jobs.withLock { $0[id] } }

    /// Fetches the program of a job and its side files, unless they are already here.
    ///
    /// - Returns: The random ID of the job.
    func fetch(_ id: JobID) async throws -> String {
        for delay in WorkerLimits.fetchRetryDelays {
            do {
                return try await fetchOnce(id)
            } catch ClusterClient.CallError.unreachable {
                try await Task.sleep(for: delay)
            } catch let error as EngineError where error.kind == .diskFull {
                // Other jobs may end and free space; failing at once, and being asked again at
                // once, would use up all attempts of a task.
                try await Task.sleep(for: delay)
            }
        }
        return try await fetchOnce(id)
    }

    private func fetchOnce(_ id: JobID) async throws -> String {
        let launch: JobLaunch = try await client.get(
            "\(coordinator)/v1/jobs/\(id.number)/launch"
        )
        // A job here with this number is a different job if its random ID differs.
        if let here = self[id], here.launch.uuid != launch.uuid { return launch.uuid }
        let executable = try await fetchExecutable(of: launch.program)
        let job = JobFiles(
            id: id,
            launch: launch,
            executable: executable,
            incarnation: incarnation,
            directory: "\(scratch)/\(id)"
        )
        try await blocking {
            try ExecutableImage.checkIsJob(executable)
            for path in [job.fetchedDirectory, job.filesDirectory] {
                try Files.createDirectory(path)
            }
        }
        try await fetchFiles(of: launch.program, into: job.filesDirectory)
        jobs.withLock { $0[id] = job }
        return launch.uuid
    }

    /// Fetches an executable, unless it is already here.
    ///
    /// - Returns: Its path, which is valid until a job ends that does not need it.
    func fetchExecutable(of program: JobProgramFile) async throws -> String {
        let digest = program.sha256
        guard DigestStore.isDigest(digest) else {
            throw ClusterError.badRequest("\(digest) is not the name of an executable")
        }
        if try !executables.contains(digest) {
            try await executables.add(
                digest,
                try await client.bytes("\(coordinator)/v1/executables/\(digest)")
            )
        }
        return executables.path(of: digest)
    }

    /// Fetches side files, and places them in a directory under their names.
    func fetchFiles(of program: JobProgramFile, into directory: String) async throws {
        for file in program.files {
            try await files.fetch(file, from: "\(coordinator)/v1", client)
            try files.link(file, into: directory)
        }
    }

    /// Removes the remains of a job.
    func remove(_ id: JobID) async throws {
        jobs.withLock { $0[id] = nil }
        logs.remove(id)
        heldRuns.withLock { runs in runs = runs.filter { $0.key.task.job != id } }
        let directory = "\(scratch)/\(id)"
        let used = jobs.withLock { $0.values.flatMap(\.launch.program.digests) }
        let executables = self.executables
        let files = self.files
        try await blocking {
            try Files.remove(directory)
            try executables.removeAll(but: used, keeping: WorkerLimits.keptExecutableCount)
            try files.removeAll(but: used, keeping: WorkerLimits.keptSideFileCount)
        }
    }

    /// Removes the files that an attempt wrote.
    func remove(_ attempt: AttemptID) async throws {
        heldRuns.withLock { $0[attempt] = nil }
        logs.remove(attempt)
        guard let files = self[attempt.task.job] else { return }
        let paths = [
            "\(files.directory)/\(attempt)", files.partDirectory(of: attempt),
            files.logPath(of: attempt),
        ]
        try await blocking { for path in paths { try Files.remove(path) } }
    }

    /// Removes the parts that attempts of this worker wrote into the outputs of jobs: only this
    /// worker has them, and they are no longer needed.
    func removeParts() async throws {
        let directories = Set(jobs.withLock { $0.values.map(\.launch.outputDirectory) })
        let ending = "-" + incarnation
        try await blocking {
            for directory in directories.sorted() where try Files.kind(of: directory) != nil {
                for name in try Files.names(in: directory) where name.hasSuffix(ending) {
                    try Files.remove("\(directory)/\(name)")
                }
            }
        }
    }

    /// Records the run that an attempt wrote, which is served from now on.
    func add(_ run: OutputFile, of attempt: AttemptID) { heldRuns.withLock { $0[attempt] = run } }

    func run(of attempt: AttemptID) -> String? { heldRuns.withLock { $0[attempt]?.path } }

    /// The runs that are served.
    var heldSegments: HostStatus.Segments {
        heldRuns.withLock { runs in
            HostStatus.Segments(
                count: runs.count,
                byteCount: runs.values.reduce(0) { $0 &+ $1.byteCount }
            )
        }
    }
}
