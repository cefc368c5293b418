package import MapReduceModel
package import MapReduceProcess

/// A task slot as a state machine: which process it has, which attempt runs in it, and how that
/// attempt ended.
///
/// It does nothing itself: its driver (`TaskSlot` here) performs the actions in order and reports
/// the results. It knows neither files nor workers, so that it can be tested event by event.
///
///     idle ──run──► starting ──started──► running ──ended──► waiting ──run──► running
///      ▲               │ notStarted          │ closed, hang,     │ closed, stop,
///      │◄──────────────┘                     │ stop, wrong plan  │ run of another job
///      │                                     ▼                   ▼
///      └───────────── exited, left ─────── ending ───stuck───► lost ──released──► idle
package struct TaskHost: Sendable {
    /// A job whose tasks a process can run.
    package struct Program: Hashable, Sendable {
        package var job: JobID
        /// The fingerprint of the plan; the process must build the same plan.
        package var fingerprint: String
        /// How long a closure may make no progress; nil for no limit.
        package var taskTimeoutSeconds: Int?

        package init(job: JobID, fingerprint: String, taskTimeoutSeconds: Int?) {
            self.job = job
            self.fingerprint = fingerprint
            self.taskTimeoutSeconds = taskTimeoutSeconds
        }
    }

    /// An event for the slot.
    package enum Input {
        /// Run an attempt; only when no other attempt runs.
        case run(TaskSpec, of: Program, at: Instant)
        /// The process started.
        case started
        /// The process could not be started.
        case notStarted(String)
        /// The process sent a notice.
        case notice(TaskNotice)
        /// The process closed its channel, or reading or writing there failed with `error`.
        case closed(error: String?)
        /// Some time has passed; `progress`: how far the attempt has come.
        case tick(FlightRecorder.Progress, at: Instant)
        /// The process cannot be asked where it hangs.
        case cannotAsk
        /// The attempt, if there is one, is no longer wanted, nor is the process.
        case stop
        /// The result of ending the process.
        case ended(End)
        /// A process that was stuck is finally gone.
        case released
    }

    /// The result of ending a process.
    package enum End: Hashable, Sendable {
        /// It is gone; `reason`: how it ended, in words.
        case exited(TaskProcess.Exit, reason: String)
        /// It was killed but is still there: the kernel waits for a disk or a network.
        case stuck
        /// It is a thread of the driver, which continues until its task is done.
        case left

        var isTrap: Bool { if case .exited(let exit, _) = self { exit.isTrap } else { false } }
        var hasExited: Bool { if case .exited = self { true } else { false } }
    }

    /// An action for the driver.
    package enum Action: Hashable, Sendable {
        /// Start a process of the job; answer with `started` or `notStarted`.
        case spawn(Program)
        /// Send a command to the process; answer with `closed` if that fails.
        case send(TaskCommand)
        /// Have the process write where it hangs, and exit; answer with `cannotAsk` if that fails.
        case askWhereItHangs
        /// End the process; answer with `ended`.
        case kill
        /// Report that the attempt ended.
        case report(TaskReport)
        /// Report that the attempt ended with its process.
        case reportCrash(Crash)
        /// The slot is lost: it runs nothing until the process is gone; `didFree` follows then.
        case didLose
        /// The slot is free: after `stop`, or when the process of a lost slot is gone.
        case didFree
    }

    /// An attempt whose process ended, or was ended.
    package struct Crash: Hashable, Sendable {
        package var spec: TaskSpec
        package var kind: FailureKind
        /// How the process ended, or why it was ended.
        package var reason: String
        package var isTrap: Bool
        /// Whether the process has exited; only then can another process be started to tell more.
        package var hasExited: Bool
    }

    struct Attempt {
        let spec: TaskSpec
        let program: Program
        var watch: AttemptWatch
    }

    /// Why a process is being ended, and what follows.
    enum Ending {
        /// The process is no longer needed.
        case stopped
        /// The process belongs to a different job than this attempt.
        case replaced(by: Attempt)
        /// The process is of no use to its attempt.
        case failed(TaskSpec, Failure)
        /// The process ended, or hangs; `reason`: what is already known about that.
        case crashed(Attempt, reason: String?)
    }

    private enum State {
        case idle
        case starting(Attempt)
        case running(Attempt)
        case waiting(Program)
        case ending(Ending)
        case lost
    }

    private var state = State.idle

    package init() {}

    /// The slot's current attempt.
    package var spec: TaskSpec? {
        switch state {
        case .starting(let attempt), .running(let attempt), .ending(.replaced(by: let attempt)),
            .ending(.crashed(let attempt, _)):
            attempt.spec
        case .ending(.failed(let spec, _)): spec
        case .idle, .waiting, .lost, .ending(.stopped): nil
        }
    }

    /// Whether the slot can run an attempt.
    package var isFree: Bool {
        switch state {
        case .idle, .waiting: true
        case .starting, .running, .ending, .lost: false
        }
    }

    /// Whether a process that does not exit holds the slot.
    package var isLost: Bool { if case .lost = state { true } else { false } }

    /// Handles an event.
    ///
    /// - Returns: The actions to perform, in this order.
    package mutating func apply(_ input: Input) -> [Action] {
        switch input {
        case .run(let spec, let program, let now): run(spec, program, now)
        case .started: started()
        case .notStarted(let error): notStarted(error)
        case .notice(let notice): take(notice)
        case .closed(let error): closed(error)
        case .tick(let progress, let now): tick(progress, now)
        case .cannotAsk: cannotAsk()
        case .stop: stop()
        case .ended(let end): ended(end)
        case .released: released()
        }
    }

    // MARK: Attempts

    private mutating func run(
        _ spec: TaskSpec,
        _ program: Program,
        _ now: Instant
    ) -> [Action] {
        let watch = AttemptWatch(timeoutSeconds: program.taskTimeoutSeconds, at: now)
        let attempt = Attempt(spec: spec, program: program, watch: watch)
        switch state {
        case .idle:
            state = .starting(attempt)
            return [.spawn(program)]
        case .waiting(program):
            state = .running(attempt)
            return [.send(.run(spec))]
        case .waiting:
            state = .ending(.replaced(by: attempt))
            return [.kill]
        case .lost: return [Self.lostSlot(spec)]
        case .starting, .running, .ending:
            preconditionFailure("a slot runs one attempt at a time")
        }
    }

    private mutating func started() -> [Action] {
        guard case .starting(let attempt) = state else { return [] }
        state = .running(attempt)
        return [.send(.run(attempt.spec))]
    }

    private mutating func notStarted(_ error: String) -> [Action] {
        guard case .starting(let attempt) = state else { return [] }
        state = .idle
        let message = "cannot start a task process: \(error)"
        return [.report(attempt.spec, Failure(kind: .outOfResources, message: message))]
    }

    private mutating func take(_ notice: TaskNotice) -> [Action] {
        guard case .running(let attempt) = state else { return [] }
        switch notice {
        case .ready(attempt.program.fingerprint), .key: return []
        case .ready(let fingerprint):
            let failure = Failure(
                kind: .badInput,
                message: "a task process built another plan than that of the job (fingerprints "
                    + "\(fingerprint) and \(attempt.program.fingerprint)); pipeline() must depend "
                    + "on nothing but the job's own options"
            )
            state = .ending(.failed(attempt.spec, failure))
            return [.kill]
        case .ended(let report):
            guard report.attempt == attempt.spec.attempt else { return [] }
            state = .waiting(attempt.program)
            return [.report(report)]
        }
    }

    private mutating func tick(_ progress: FlightRecorder.Progress, _ now: Instant) -> [Action] {
        guard case .running(var attempt) = state else { return [] }
        let step = attempt.watch.check(progress, at: now)
        state = .running(attempt)
        switch step {
        case .nothing: return []
        case .ask: return [.askWhereItHangs]
        case .kill: return end(attempt)
        }
    }

    private mutating func cannotAsk() -> [Action] {
        guard case .running(let attempt) = state else { return [] }
        return end(attempt)
    }

    // MARK: The process's end

    private mutating func closed(_ error: String?) -> [Action] {
        switch state {
        case .running(let attempt): return end(attempt, error)
        case .waiting:
            state = .ending(.stopped)
            return [.kill]
        // Ignore what it sent before it was ended.
        case .idle, .starting, .ending, .lost: return []
        }
    }

    private mutating func end(_ attempt: Attempt, _ reason: String? = nil) -> [Action] {
        state = .ending(.crashed(attempt, reason: reason))
        return [.kill]
    }

    private mutating func stop() -> [Action] {
        switch state {
        case .idle: return [.didFree]
        case .lost: return []
        case .ending:
            state = .ending(.stopped)
            return []
        case .starting, .running, .waiting:
            state = .ending(.stopped)
            return [.kill]
        }
    }

    private mutating func ended(_ end: End) -> [Action] {
        guard case .ending(let ending) = state else { return [] }
        state = end == .stuck ? .lost : .idle
        let loss: [Action] = end == .stuck ? [.didLose] : []
        switch ending {
        case .stopped: return end == .stuck ? loss : [.didFree]
        case .failed(let spec, let failure): return loss + [.report(spec, failure)]
        case .replaced(by: let attempt):
            if end == .stuck { return loss + [Self.lostSlot(attempt.spec)] }
            state = .starting(attempt)
            return [.spawn(attempt.program)]
        case .crashed(let attempt, let reason):
            return loss + [.reportCrash(Crash(attempt, reason, end))]
        }
    }

    private mutating func released() -> [Action] {
        guard case .lost = state else { return [] }
        state = .idle
        return [.didFree]
    }

    private static func lostSlot(_ spec: TaskSpec) -> Action {
        let message = "the process that the slot ran before cannot be ended"
        return .report(spec, Failure(kind: .workerLost, message: message))
    }
}

extension TaskHost.Action {
    fileprivate static func report(_ spec: TaskSpec, _ failure: Failure) -> TaskHost.Action {
        .report(TaskReport(attempt: spec.attempt, outcome: .failed(failure)))
    }
}

extension TaskHost.Crash {
    fileprivate init(_ attempt: TaskHost.Attempt, _ reason: String?, _ end: TaskHost.End) {
        let watch = attempt.watch
        spec = attempt.spec
        kind = watch.hasTimedOut ? .timedOut : .crashed
        isTrap = end.isTrap
        hasExited = end.hasExited
        self.reason =
            switch end {
            case _ where watch.hasTimedOut && end != .stuck: watch.stalledText
            case .exited(_, let exitReason): reason ?? exitReason
            case .stuck:
                (watch.hasTimedOut ? watch.stalledText : "its channel was closed")
                    + ", and its process cannot be ended: the system waits for a disk or a network"
            case .left: reason ?? "the task's thread ended"
            }
    }
}
