internal import MapReduceModel

/// The observations of a cluster, and of a job that may run there; `Diagnosis` interprets them.
struct Observations: Sendable {
    var machine: Machine
    var coordinatorURL: String
    /// Whether requests carry a token.
    var hasToken: Bool
    var coordinator: Reply<ServiceStatus>
    /// The workers; nil if the coordinator could not be asked.
    var workers: [Worker]?
    /// The job; nil if none was named.
    var job: Job?

    /// This machine, where jobs are submitted.
    struct Machine: Sendable {
        /// The directory for intermediate files.
        var directory: String
        /// The free bytes there; nil if the directory is unusable, for this reason.
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

    /// The result of asking a service.
    enum Reply<Value: Sendable>: Sendable {
        /// The service answered; with its clock, if the value includes the time.
        case answered(Value, ClockReading?)
        /// The service answered with an error.
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
        /// Half of the time between the request and the answer.
        var uncertainty: Double

        init(ahead: Double, uncertainty: Double) {
            self.ahead = ahead
            self.uncertainty = uncertainty
        }

        /// `time`: the service's time, read between two times of this machine, in
        ///   seconds.
        init(time: Double, asked: Double, answered: Double) {
            self.init(
                ahead: time - (asked + answered) / 2,
                uncertainty: max(answered - asked, 0) / 2
            )
        }
    }

    /// A worker as the coordinator knows it, and its own answers.
    struct Worker: Sendable {
        var status: WorkerStatus
        /// The worker's status; nil if the coordinator does not say where the worker is.
        var serviceStatus: Reply<ServiceStatus>?
        /// The worker's check of the job; nil if no job was named, or there was nothing to ask.
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
        /// The check of the output; nil if the coordinator could not be asked.
        var output: Reply<OutputCheckAnswer>?
        /// The reason why the executable or a side file could not be uploaded.
        var uploadProblem: String?

        /// The answer of its executable here.
        enum Description: Sendable {
            case described(JobDescription)
            /// It ended with this code, and has printed the reason.
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
