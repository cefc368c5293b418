internal import MapReduceModel

/// What was seen of a cluster, and of a job that may run there; `Diagnosis` says what it means.
struct Observations: Sendable {
    var machine: Machine
    var coordinatorURL: String
    /// Whether requests carry a token.
    var hasToken: Bool
    var coordinator: Reply<ServiceStatus>
    /// Nil where the coordinator could not be asked.
    var workers: [Worker]?
    /// Nil where no job was named.
    var job: Job?

    /// This machine, from which jobs are submitted.
    struct Machine: Sendable {
        /// Where intermediate files go.
        var directory: String
        /// Nil when the directory cannot be used, for this reason.
        var freeByteCount: Int?
        var reason: String?
        var fileLimit: Int

        init(
            directory: String,
            freeByteCount: Int?,
            reason: String? = nil,
            fileLimit: Int
        ) {
            self.directory = directory
            self.freeByteCount = freeByteCount
            self.reason = reason
            self.fileLimit = fileLimit
        }
    }

    /// What came of asking a service.
    enum Reply<Value: Sendable>: Sendable {
        /// The clock of the service, where the value tells it.
        case answered(Value, ClockReading?)
        /// Its answer is an error.
        case refused(status: Int, code: String, message: String)
        case unreachable(reason: String)

        var value: Value? { if case .answered(let value, _) = self { value } else { nil } }
        var clock: ClockReading? {
            if case .answered(_, let clock) = self { clock } else { nil }
        }
    }

    /// How far a clock is ahead of this machine's, in seconds.
    struct ClockReading: Hashable, Sendable {
        var ahead: Double
        /// The answer was under way for twice as long.
        var uncertainty: Double

        init(ahead: Double, uncertainty: Double) {
            self.ahead = ahead
            self.uncertainty = uncertainty
        }

        /// `time`: that of the service, between two moments of this machine, in seconds.
        init(time: Double, asked: Double, answered: Double) {
            self.init(
                ahead: time - (asked + answered) / 2,
                uncertainty: max(answered - asked, 0) / 2
            )
        }
    }

    /// A worker as the coordinator knows it, and what it says of itself.
    struct Worker: Sendable {
        var status: WorkerStatus
        /// Nil when the coordinator does not say where it is.
        var serviceStatus: Reply<ServiceStatus>?
        /// Nil where no job was named, or there was nothing to ask.
        var job: Reply<JobCheckAnswer>?

        init(
            status: WorkerStatus,
            serviceStatus: Reply<ServiceStatus>?,
            job: Reply<JobCheckAnswer>? = nil
        ) {
            self.status = status
            self.serviceStatus = serviceStatus
            self.job = job
        }
    }

    /// A job that may be submitted.
    struct Job: Sendable {
        var description: Description
        /// Nil where the coordinator could not be asked.
        var output: Reply<OutputCheckAnswer>?
        /// Why the executable or a side file could not be uploaded.
        var uploadProblem: String?

        /// What its executable said here.
        enum Description: Sendable {
            case described(JobDescription)
            /// It ended with this code, and has said why.
            case ended(code: Int32)
            case failed(ProgramFailure)
        }

        init(
            description: Description,
            output: Reply<OutputCheckAnswer>? = nil,
            uploadProblem: String? = nil
        ) {
            self.description = description
            self.output = output
            self.uploadProblem = uploadProblem
        }
    }

    init(
        machine: Machine,
        coordinatorURL: String,
        hasToken: Bool,
        coordinator: Reply<ServiceStatus>,
        workers: [Worker]? = nil,
        job: Job? = nil
    ) {
        self.machine = machine
        self.coordinatorURL = coordinatorURL
        self.hasToken = hasToken
        self.coordinator = coordinator
        self.workers = workers
        self.job = job
    }
}
