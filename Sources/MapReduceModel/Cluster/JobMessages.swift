/// A job is handed to a coordinator.
package struct SubmitRequest: Hashable, Codable, Sendable {
    package var version: Int
    package var description: JobDescription
    package var program: JobProgramFile
    /// The job's share of the slots, relative to other jobs; at least 1.
    package var weight: Int
    /// Who submits it, as `user@machine`; nil where nobody says.
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
    /// The executable, by the SHA-256 of its bytes in hexadecimal.
    package var sha256: String
    /// The whole command line, beginning with the program's name.
    package var arguments: [String]
    /// Where it was submitted: paths of input files are relative to it.
    package var directory: String
    /// The slots that the cluster had, from which the program derives its defaults.
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

    /// The digests of all that the task processes need.
    package var digests: [String] { [sha256] + files.map(\.sha256) }
}

/// A side file of a job, as the coordinator has it.
package struct UploadedFile: Hashable, Codable, Sendable {
    package var name: String
    /// The SHA-256 of its bytes in hexadecimal.
    package var sha256: String

    package init(name: String, sha256: String) {
        self.name = name
        self.sha256 = sha256
    }
}

/// What a worker must know of a job to run its tasks.
package struct JobLaunch: Hashable, Codable, Sendable {
    /// Drawn at random when the job was accepted: tells it from any other one of the same number.
    package var uuid: String
    package var plan: Plan
    package var program: JobProgramFile
    /// The directory in which attempts of the last stage write.
    package var outputDirectory: String
    /// Seconds that a closure may take without progress; nil for as long as it likes.
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

/// What is needed to run one task of a job again, on any machine that has its input files.
package struct ReplayAnswer: Hashable, Codable, Sendable {
    package var program: JobProgramFile
    package var task: ReplayTask

    package init(program: JobProgramFile, task: ReplayTask) {
        self.program = program
        self.task = task
    }
}

/// A job was accepted.
package struct SubmitAnswer: Hashable, Codable, Sendable {
    package var id: JobID
    /// Drawn at random when the job was accepted: whoever goes on asking about the job names it.
    package var uuid: String

    package init(id: JobID, uuid: String) {
        self.id = id
        self.uuid = uuid
    }
}

/// A part of the log of a stage's outputs.
package struct StageOutputs: Hashable, Codable, Sendable {
    /// The entries from the one that was asked for on.
    package var entries: [Entry]
    /// Where those workers are that hold the runs.
    package var workers: [WorkerAddress]
    /// Whether all tasks of the stage are done now.
    package var isDone: Bool

    /// A run that an attempt wrote; it takes the place of an earlier one of the same task.
    package struct Entry: Hashable, Codable, Sendable {
        package var task: Int
        package var attempt: Int
        package var worker: WorkerID
        /// The path of the run on its worker's host, and its size.
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

/// Where a worker is.
package struct WorkerAddress: Hashable, Codable, Sendable {
    package var worker: WorkerID
    package var url: String
    package var host: String
    /// Drawn at random when the worker's process started: another one may be there now.
    package var incarnation: String

    package init(worker: WorkerID, url: String, host: String, incarnation: String) {
        self.worker = worker
        self.url = url
        self.host = host
        self.incarnation = incarnation
    }
}
