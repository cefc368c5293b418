/// A cluster and its size.
package struct ClusterStatus: Hashable, Codable, Sendable {
    package var version: Int
    package var cluster: String
    package var epoch: Int
    package var workerCount: Int
    /// The number of slots of the connected workers.
    package var slotCount: Int

    package init(version: Int, cluster: String, epoch: Int, workerCount: Int, slotCount: Int) {
        self.version = version
        self.cluster = cluster
        self.epoch = epoch
        self.workerCount = workerCount
        self.slotCount = slotCount
    }
}

/// The state of a worker, for display.
package struct WorkerStatus: Hashable, Codable, Sendable {
    package var id: WorkerID
    package var url: String
    package var slotCount: Int
    package var runningCount: Int
    /// Seconds since it last reported.
    package var silence: Double
    package var state: State
    /// The release of its command; nil if it does not say, and until it has joined again.
    package var version: String?
    package var load: HostStatus.Load?
    package var memory: HostStatus.Memory?
    package var disk: HostStatus.Disk?
    package var segments: HostStatus.Segments?
    /// The jobs that it gets no more tasks of, because their attempts failed on it too often.
    package var excludedJobs: [JobID] = []
    /// The number of slots that run nothing because their task processes cannot be ended.
    package var lostSlotCount = 0
    /// The workers that could not fetch from it; because of them it gets no work for a while.
    package var unreachableFor: [WorkerID] = []

    /// The condition of a worker.
    package enum State: String, Codable, Sendable, CaseIterable {
        case ready
        /// It has been silent for some seconds, and gets no work.
        case suspect
        /// It will exit soon.
        case draining
        /// Its disk is almost full: it gets no work that writes runs.
        case diskLow
        /// Other workers cannot fetch from it: it gets no work for a while.
        case unreachable
        /// None of its slots can run anything, because their processes cannot be ended.
        case stuck
        /// A restarted coordinator is waiting for it.
        case awaited
    }

    package init(
        id: WorkerID,
        url: String,
        slotCount: Int,
        runningCount: Int,
        silence: Double,
        state: State
    ) {
        self.id = id
        self.url = url
        self.slotCount = slotCount
        self.runningCount = runningCount
        self.silence = silence
        self.state = state
    }
}

/// The state of a task.
package struct TaskStatus: Hashable, Codable, Sendable {
    package var stage: Int
    package var index: Int
    package var state: State
    package var attempts: [Attempt]

    package enum State: String, Codable, Sendable {
        case pending
        case running
        case done
    }

    /// One attempt at the task.
    package struct Attempt: Hashable, Codable, Sendable {
        package var number: Int
        package var worker: WorkerID
        package var state: State
        package var seconds: Double?
        package var message: String?

        /// The state or outcome of an attempt.
        package enum State: String, Codable, Sendable {
            case running
            case succeeded
            case failed
            case stopped
            /// It succeeded, and its output is gone.
            case lost
            /// It succeeded, and was run for a comparison with the attempt that counts.
            case audited
        }

        package init(
            number: Int,
            worker: WorkerID,
            state: State,
            seconds: Double? = nil,
            message: String? = nil
        ) {
            self.number = number
            self.worker = worker
            self.state = state
            self.seconds = seconds
            self.message = message
        }
    }

    package init(stage: Int, index: Int, state: State, attempts: [Attempt]) {
        self.stage = stage
        self.index = index
        self.state = state
        self.attempts = attempts
    }
}

/// The end of what an attempt printed.
package struct AttemptLog: Hashable, Codable, Sendable {
    package var attempt: AttemptID
    package var text: String

    package init(attempt: AttemptID, text: String) {
        self.attempt = attempt
        self.text = text
    }
}

/// The body of every answer that is an error.
package struct ErrorAnswer: Hashable, Codable, Sendable {
    package var error: Detail

    /// What went wrong.
    package struct Detail: Hashable, Codable, Sendable {
        /// A one-word code for programs.
        package var code: String
        /// A sentence for people.
        package var message: String

        package init(code: String, message: String) {
            self.code = code
            self.message = message
        }
    }

    package init(code: String, message: String) {
        error = Detail(code: code, message: message)
    }
}
