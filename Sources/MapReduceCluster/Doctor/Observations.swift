package import MapReduceModel

/// What was seen of a cluster, and of a job that may run there; `Diagnosis` says what it means.
package struct Observations: Sendable {
    package var machine: Machine
    package var coordinatorURL: String
    /// Whether requests carry a token.
    package var hasToken: Bool
    package var coordinator: Reply<ServiceCondition>
    /// Nil where the coordinator could not be asked.
    package var workers: [Worker]?
    /// Nil where no job was named.
    package var job: Job?

    /// This machine, from which jobs are submitted.
    package struct Machine: Sendable {
        /// Where intermediate files go.
        package var directory: String
        /// Nil when the directory cannot be used, for this reason.
        package var freeByteCount: Int?
        package var reason: String?
        package var fileLimit: Int

        package init(
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
    package enum Reply<Value: Sendable>: Sendable {
        /// The clock of the service, where the value tells it.
        case answered(Value, ClockReading?)
        /// Its answer is an error.
        case refused(status: Int, code: String, message: String)
        case unreachable(reason: String)

        package var value: Value? { if case .answered(let value, _) = self { value } else { nil } }
        package var clock: ClockReading? {
            if case .answered(_, let clock) = self { clock } else { nil }
        }
    }

    /// How far a clock is ahead of this machine's, in seconds.
    package struct ClockReading: Hashable, Sendable {
        package var ahead: Double
        /// The answer was under way for twice as long.
        package var uncertainty: Double

        package init(ahead: Double, uncertainty: Double) {
            self.ahead = ahead
            self.uncertainty = uncertainty
        }

        /// `time`: that of the service, between two moments of this machine, in seconds.
        package init(time: Double, asked: Double, answered: Double) {
            self.init(
                ahead: time - (asked + answered) / 2,
                uncertainty: max(answered - asked, 0) / 2
            )
        }
    }

    /// A worker as the coordinator knows it, and what it says of itself.
    package struct Worker: Sendable {
        package var status: WorkerStatus
        /// Nil when the coordinator does not say where it is.
        package var condition: Reply<ServiceCondition>?
        /// Nil where no job was named, or there was nothing to ask.
        package var job: Reply<JobCheckAnswer>?

        package init(
            status: WorkerStatus,
            condition: Reply<ServiceCondition>?,
            job: Reply<JobCheckAnswer>? = nil
        ) {
            self.status = status
            self.condition = condition
            self.job = job
        }
    }

    /// A job that may be submitted.
    package struct Job: Sendable {
        package var description: Description
        /// Nil where the coordinator could not be asked.
        package var output: Reply<OutputCheckAnswer>?
        /// Why the executable or a side file could not be uploaded.
        package var uploadProblem: String?

        /// What its executable said here.
        package enum Description: Sendable {
            case described(JobDescription)
            /// It ended with this code, and has said why.
            case ended(code: Int32)
            case failed(ProgramFailure)
        }

        package init(
            description: Description,
            output: Reply<OutputCheckAnswer>? = nil,
            uploadProblem: String? = nil
        ) {
            self.description = description
            self.output = output
            self.uploadProblem = uploadProblem
        }
    }

    package init(
        machine: Machine,
        coordinatorURL: String,
        hasToken: Bool,
        coordinator: Reply<ServiceCondition>,
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
