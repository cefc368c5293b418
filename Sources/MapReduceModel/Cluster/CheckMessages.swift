/// The environment of a process of a cluster, for `mapreduce doctor`.
package struct ServiceStatus: Hashable, Codable, Sendable {
    /// The version of the protocol; below, the release of the command.
    package var version: Int
    package var release: String
    /// Seconds since 1970 by its own clock, when it answered.
    package var time: Double
    /// Where it keeps files: a coordinator its journal, a worker its runs.
    package var directory: String
    package var freeByteCount: Int
    /// The number of files that the process may have open at once.
    package var fileLimit: Int
    /// Nil for a coordinator.
    package var diagnostics: WorkerDiagnostics?

    private enum CodingKeys: String, CodingKey {
        case version, release, time, directory, freeByteCount, fileLimit
        case diagnostics = "surroundings"
    }

    package init(
        version: Int = ClusterProtocol.version,
        release: String = Release.version,
        time: Double,
        directory: String,
        freeByteCount: Int,
        fileLimit: Int,
        diagnostics: WorkerDiagnostics? = nil
    ) {
        self.version = version
        self.release = release
        self.time = time
        self.directory = directory
        self.freeByteCount = freeByteCount
        self.fileLimit = fileLimit
        self.diagnostics = diagnostics
    }
}

/// What a worker can reach, and what it needs.
package struct WorkerDiagnostics: Hashable, Codable, Sendable {
    package var slotCount: Int
    /// Free bytes below which it takes no task that writes runs.
    package var minFreeByteCount: Int
    package var coordinator: Reach
    /// The other workers that the coordinator knows, or some of them.
    package var peers: [Reach]

    /// Whether a service can be reached.
    package struct Reach: Hashable, Codable, Sendable {
        package var url: String
        /// Why it does not answer; nil if it does.
        package var problem: String?

        package init(url: String, problem: String? = nil) {
            self.url = url
            self.problem = problem
        }
    }

    package init(slotCount: Int, minFreeByteCount: Int, coordinator: Reach, peers: [Reach]) {
        self.slotCount = slotCount
        self.minFreeByteCount = minFreeByteCount
        self.coordinator = coordinator
        self.peers = peers
    }
}

/// A request to a coordinator to check whether an output can be published.
package struct OutputCheckRequest: Hashable, Codable, Sendable {
    package var version: Int
    /// An absolute path.
    package var output: String
    package var overwrites: Bool

    package init(version: Int = ClusterProtocol.version, output: String, overwrites: Bool) {
        self.version = version
        self.output = output
        self.overwrites = overwrites
    }
}

/// The result of a coordinator's check of an output.
package struct OutputCheckAnswer: Hashable, Codable, Sendable {
    /// Why the output cannot be published; nil if it can.
    package var problem: String?
    /// A directory next to the output, created for workers to write to; nil if that is not
    /// possible.
    package var probe: String?

    package init(problem: String? = nil, probe: String? = nil) {
        self.problem = problem
        self.probe = probe
    }
}

/// A request to a worker to check whether it could run tasks of a job.
package struct JobCheckRequest: Hashable, Codable, Sendable {
    package var version: Int
    package var program: JobProgramFile
    /// Files that tasks read, or some of them.
    package var inputs: [File]
    /// The directory that the coordinator has created; nil if it has created none.
    package var probe: String?

    /// A file as it is on the machine where the job is submitted.
    package struct File: Hashable, Codable, Sendable {
        package var path: String
        package var signature: FileSignature

        package init(path: String, signature: FileSignature) {
            self.path = path
            self.signature = signature
        }
    }

    package init(
        version: Int = ClusterProtocol.version,
        program: JobProgramFile,
        inputs: [File],
        probe: String?
    ) {
        self.version = version
        self.program = program
        self.inputs = inputs
        self.probe = probe
    }
}

/// The result of a worker's check of a job.
package struct JobCheckAnswer: Hashable, Codable, Sendable {
    /// The first files that are not as they should be; below, how many there are.
    package var badInputs: [BadInput]
    package var badInputCount: Int
    /// Whether the directory that the job is submitted from exists here.
    package var hasDirectory: Bool
    package var output: Output
    package var program: Program
    /// The processor, as reported by `uname -m`.
    package var machine: String

    /// A file that tasks could not read on this worker.
    package struct BadInput: Hashable, Codable, Sendable {
        package var path: String
        package var problem: Problem

        /// What is wrong with a file.
        package enum Problem: Hashable, Codable, Sendable {
            case missing
            /// It is a different or a changed file, with this size.
            case differs(byteCount: Int)
            case unreadable(String)
        }

        package init(path: String, problem: Problem) {
            self.path = path
            self.problem = problem
        }
    }

    /// Whether the worker could write parts of the output.
    package enum Output: Hashable, Codable, Sendable {
        case writable
        /// The directory that the coordinator created is not visible here.
        case unseen
        case unwritable(String)
        /// There was no directory to write to.
        case unknown
    }

    /// What happened to a task process of the job that was given no task.
    package enum Program: Hashable, Codable, Sendable {
        /// It built a plan.
        case ready(fingerprint: String)
        /// It could not be obtained.
        case unavailable(String)
        case failed(ProgramFailure)
    }

    package init(
        badInputs: [BadInput],
        badInputCount: Int,
        hasDirectory: Bool,
        output: Output,
        program: Program,
        machine: String
    ) {
        self.badInputs = badInputs
        self.badInputCount = badInputCount
        self.hasDirectory = hasDirectory
        self.output = output
        self.program = program
        self.machine = machine
    }
}

/// How an executable failed to start.
package struct ProgramFailure: Hashable, Codable, Sendable {
    /// What the system reported, or how the process ended.
    package var reason: String
    /// The end of what it printed.
    package var log: String
    /// What kind of file it is.
    package var image: Image

    /// What the first bytes of an executable say.
    package enum Image: Hashable, Codable, Sendable {
        /// For a processor as named by `uname -m`; `interpreter` loads it unless it is static.
        case elf(machine: String, interpreter: String?, hasInterpreter: Bool)
        case script(interpreter: String, hasInterpreter: Bool)
        case other
    }

    package init(reason: String, log: String, image: Image) {
        self.reason = reason
        self.log = log
        self.image = image
    }
}
