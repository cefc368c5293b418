/// The submission of a job to a coordinator.
package struct SubmitRequest: Hashable, Codable, Sendable {
    package var version: Int
    package var description: JobDescription
    package var program: JobProgramFile
    /// The job's share of the slots, relative to other jobs; at least 1.
    package var weight: Int
    /// Who submits it, as `user@machine`; nil if unknown.
    package var owner: String?

    package init(
        version: Int = ClusterProtocol.version,
        description: JobDescription,
        program: JobProgramFile,
        weight: Int = 1,
        owner: String? = nil
    ) {
        self.version = version
        self.description = description
        self.program = program
        self.weight = weight
        self.owner = owner
    }
}

/// How the task processes of a job are started.
package struct JobProgramFile: Hashable, Codable, Sendable {
    /// The SHA-256 of the executable's bytes, in hexadecimal.
    package var sha256: String
    /// The whole command line, beginning with the program's name.
    package var arguments: [String]
    /// The directory it was submitted from: paths of input files are relative to it.
    package var directory: String
    /// The number of slots of the cluster at that time, from which the program derives its
    /// defaults.
    package var slotCount: Int
    /// The side files that the task processes read.
    package var files: [UploadedFile]

    package init(
        sha256: String,
        arguments: [String],
        directory: String,
        slotCount: Int,
        files: [UploadedFile] = []
    ) {
        self.sha256 = sha256
        self.arguments = arguments
        self.directory = directory
        self.slotCount = slotCount
        self.files = files
    }

    /// The digests of all files that the task processes need.
    package var digests: [String] { [sha256] + files.map(\.sha256) }
}

/// A side file of a job, as the coordinator stores it.
package struct UploadedFile: Hashable, Codable, Sendable {
    package var name: String
    /// The SHA-256 of its bytes in hexadecimal.
    package var sha256: String

    package init(name: String, sha256: String) {
        self.name = name
        self.sha256 = sha256
    }
}

/// What a worker must know about a job to run its tasks.
package struct JobLaunch: Hashable, Codable, Sendable {
    /// A random id from when the job was accepted, which distinguishes it from any other job with
    /// the same number.
    package var uuid: String
    package var plan: Plan
    package var program: JobProgramFile
    /// The directory that attempts of the last stage write to.
    package var outputDirectory: String
    /// Seconds that a closure may take without progress; nil for no limit.
    package var taskTimeout: Int?

    package init(
        uuid: String,
        plan: Plan,
        program: JobProgramFile,
        outputDirectory: String,
        taskTimeout: Int? = nil
    ) {
        self.uuid = uuid
        self.plan = plan
        self.program = program
        self.outputDirectory = outputDirectory
        self.taskTimeout = taskTimeout
    }
}

/// What is needed to rerun one task of a job, on any machine that has its input files.
package struct ReplayAnswer: Hashable, Codable, Sendable {
    package var program: JobProgramFile
    package var task: ReplayTask

    package init(program: JobProgramFile, task: ReplayTask) {
        self.program = program
        self.task = task
    }
}

/// The acceptance of a job.
package struct SubmitAnswer: Hashable, Codable, Sendable {
    package var id: JobID
    /// A random id from when the job was accepted; later requests about the job name it.
    package var uuid: String

    package init(id: JobID, uuid: String) {
        self.id = id
        self.uuid = uuid
    }
}

/// A part of the log of a stage's outputs.
package struct StageOutputs: Hashable, Codable, Sendable {
    /// The entries from the requested one on.
    package var entries: [Entry]
    /// The addresses of the workers that hold the runs.
    package var workers: [WorkerAddress]
    /// Whether all tasks of the stage are done now.
    package var isDone: Bool

    /// A run that an attempt wrote; it replaces an earlier one of the same task.
    package struct Entry: Hashable, Codable, Sendable {
        package var task: Int
        package var attempt: Int
        package var worker: WorkerID
        /// The path of the run on its worker's host; below, its size.
        package var path: String
        package var byteCount: Int

        package init(task: Int, attempt: Int, worker: WorkerID, path: String, byteCount: Int) {
            self.task = task
            self.attempt = attempt
            self.worker = worker
            self.path = path
            self.byteCount = byteCount
        }
    }

    package init(entries: [Entry], workers: [WorkerAddress], isDone: Bool) {
        self.entries = entries
        self.workers = workers
        self.isDone = isDone
    }
}

/// The address of a worker.
package struct WorkerAddress: Hashable, Codable, Sendable {
    package var worker: WorkerID
    package var url: String
    package var host: String
    /// A random id from the start of the worker's process: another one may be at the address now.
    package var incarnation: String

    package init(worker: WorkerID, url: String, host: String, incarnation: String) {
        self.worker = worker
        self.url = url
        self.host = host
        self.incarnation = incarnation
    }
}
