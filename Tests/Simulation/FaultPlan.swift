package import MapReduceModel

/// What goes wrong in a run, and when: chosen by the seed, and made smaller when the run fails.
package struct FaultPlan: Sendable, CustomStringConvertible {
    package let seed: UInt64
    package var faults: [Fault]

    package var description: String {
        faults.isEmpty
            ? "  (no faults)\n" : faults.map { "  \($0)\n" }.joined()
    }
}

/// One thing that goes wrong; times are in milliseconds from the start of the run.
package enum Fault: Sendable, Hashable, CustomStringConvertible {
    /// Of the messages, so many in a thousand.
    case messagesLost(perMille: Int)
    case messagesDoubled(perMille: Int)
    case messagesDelayed(perMille: Int)
    /// Messages from one to another are lost for a time; the coordinator is -1.
    case cut(from: Int, to: Int, at: Int, lasts: Int)
    /// Two workers do not reach each other for a time.
    case peersCut(Int, Int, at: Int, lasts: Int)
    /// No other worker reaches the worker for a time; the coordinator hears it.
    case servesNoPeer(Int, at: Int, lasts: Int)
    case workerCrashes(Int, at: Int, downFor: Int)
    /// The worker's process stops, and goes on later.
    case workerHangs(Int, at: Int, lasts: Int)
    /// The worker's tasks take longer by a factor.
    case workerIsSlow(Int, factor: Int)
    case workerDrains(Int, at: Int)
    case diskFills(Int, at: Int, lasts: Int)
    /// The files of a worker vanish under it.
    case scratchLost(Int, at: Int)
    /// Runs on the worker's disk change, so many in a thousand of those that are there.
    case segmentsRot(Int, at: Int, perMille: Int)
    case coordinatorCrashes(at: Int, downFor: Int)
    /// The coordinator crashes at its event of that number, before or after that is durable.
    case coordinatorCrashesAtEvent(Int, downFor: Int)
    /// The coordinator crashes, and goes on with the copy of its data that was made before.
    case dataRestored(copiedAt: Int, at: Int, downFor: Int)
    /// Attempts fail by chance, so many in a thousand.
    case attemptsFail(FailureKind, perMille: Int)
    /// Attempts take half a minute longer, so many in a thousand.
    case attemptsAreLate(perMille: Int)
    /// Task processes do not end when they are killed, so many in a thousand, for up to a minute.
    case processesStick(perMille: Int)
    /// What attempts of a map report does not fit a message.
    case endIsTooLarge(job: Int, task: Int)
    /// The closure fails at a record, each time.
    case badRecord(job: Int, task: Int, offset: Int)
    /// The closures of a stage give another output each time.
    case notDeterministic(job: Int, stage: Int)
    case jobCancelled(Int, at: Int)
    /// The output of a job cannot be put in place.
    case publishingFails(job: Int)

    package var description: String {
        switch self {
        case .messagesLost(let perMille): "of 1000 messages \(perMille) are lost"
        case .messagesDoubled(let perMille): "of 1000 messages \(perMille) come twice"
        case .messagesDelayed(let perMille): "of 1000 messages \(perMille) come late"
        case .cut(let from, let to, let at, let lasts):
            "\(Self.name(from)) does not reach \(Self.name(to)) \(Self.span(at, lasts))"
        case .peersCut(let host, let other, let at, let lasts):
            "\(Self.name(host)) and \(Self.name(other)) are cut "
                + "from each other \(Self.span(at, lasts))"
        case .servesNoPeer(let host, let at, let lasts):
            "\(Self.name(host)) is not reached by any other \(Self.span(at, lasts))"
        case .processesStick(let perMille): "of 1000 processes \(perMille) do not end"
        case .endIsTooLarge(let job, let task):
            "what task \(task) of job \(job) reports is too large"
        case .workerCrashes(let host, let at, let lasts):
            "\(Self.name(host)) is down \(Self.span(at, lasts))"
        case .workerHangs(let host, let at, let lasts):
            "\(Self.name(host)) hangs \(Self.span(at, lasts))"
        case .workerIsSlow(let host, let factor):
            "\(Self.name(host)) is slow by a factor of \(factor)"
        case .workerDrains(let host, let at): "\(Self.name(host)) drains at \(at) ms"
        case .diskFills(let host, let at, let lasts):
            "the disk of \(Self.name(host)) is full \(Self.span(at, lasts))"
        case .scratchLost(let host, let at): "\(Self.name(host)) loses its files at \(at) ms"
        case .segmentsRot(let host, let at, let perMille):
            "of 1000 runs of \(Self.name(host)) \(perMille) rot at \(at) ms"
        case .coordinatorCrashes(let at, let lasts):
            "the coordinator is down \(Self.span(at, lasts))"
        case .coordinatorCrashesAtEvent(let number, let lasts):
            "the coordinator crashes at its event \(number), for \(lasts) ms"
        case .dataRestored(let copiedAt, let at, let lasts):
            "the coordinator is down \(Self.span(at, lasts)), and goes on with its data of "
                + "\(copiedAt) ms"
        case .attemptsFail(let kind, let perMille):
            "of 1000 attempts \(perMille) fail: \(kind.rawValue)"
        case .attemptsAreLate(let perMille): "of 1000 attempts \(perMille) are late"
        case .badRecord(let job, let task, let offset):
            "the closure of job \(job) fails at byte \(offset) of the input of task \(task)"
        case .notDeterministic(let job, let stage):
            "stage \(stage) of job \(job) is not deterministic"
        case .jobCancelled(let job, let at): "job \(job) is cancelled at \(at) ms"
        case .publishingFails(let job): "the output of job \(job) cannot be put in place"
        }
    }

    /// Whether messages between two processes are lost while the fault lasts.
    func blocks(from sender: Int, to receiver: Int) -> Bool {
        switch self {
        case .cut(let source, let target, _, _): source == sender && target == receiver
        case .peersCut(let one, let other, _, _):
            one == sender && other == receiver || other == sender && one == receiver
        case .servesNoPeer(let host, _, _): host == receiver && sender >= 0
        default: false
        }
    }

    private static func name(_ host: Int) -> String {
        host < 0 ? "the coordinator" : "host \(host)"
    }
    private static func span(_ at: Int, _ lasts: Int) -> String { "from \(at) to \(at + lasts) ms" }
}
