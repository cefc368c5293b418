internal import MapReduceModel

/// A stream that follows a job.
final class JobSubscriber {
    let job: JobID
    /// What the stream has not sent yet.
    var changes = JobChanges()
    /// Whether the stream has sent how the job ended.
    var isDone = false
    var pacing: StreamPacing

    init(_ job: JobID, at now: ContinuousClock.Instant) {
        self.job = job
        pacing = StreamPacing(at: now)
        // A stream begins with the current state of the job.
        changes.isEmpty = false
    }
}

/// A stream that follows the whole cluster.
final class ClusterSubscriber {
    /// The last version that the stream has sent; nil before the first.
    var seen: Int?
    var pacing: StreamPacing

    init(at now: ContinuousClock.Instant) { pacing = StreamPacing(at: now) }
}

/// The times when a stream may send, and its task that waits for the next of them.
struct StreamPacing {
    /// The time before which no update is sent.
    private(set) var nextUpdate: ContinuousClock.Instant
    private(set) var nextKeepAlive: ContinuousClock.Instant
    private var waiting: CheckedContinuation<Void, Never>?

    init(at now: ContinuousClock.Instant) {
        nextUpdate = now
        nextKeepAlive = now + CoordinatorLimits.streamSilence
    }

    /// Records that an update is being sent; no other one is sent within the interval.
    mutating func noteUpdate(at now: ContinuousClock.Instant, _ interval: Duration) {
        nextUpdate = now + interval
        nextKeepAlive = now + CoordinatorLimits.streamSilence
    }

    mutating func noteKeepAlive(at now: ContinuousClock.Instant) {
        nextKeepAlive = now + CoordinatorLimits.streamSilence
    }

    mutating func wait(_ continuation: CheckedContinuation<Void, Never>) {
        resume()
        waiting = continuation
    }

    mutating func resume() {
        waiting?.resume()
        waiting = nil
    }
}

/// What a stream does next.
enum StreamAction {
    case sendUpdate
    case sendKeepAlive
    case wait
}

/// The next item of a stream.
enum StreamStep<Update: Sendable>: Sendable {
    case update(Update)
    /// Only a sign that the connection is alive.
    case keepAlive
}

/// The handle of a stream: when it is freed, what was kept for the stream is freed too.
final class Subscription: Sendable {
    let number: Int
    private let core: CoordinatorCore

    init(_ number: Int, in core: CoordinatorCore) {
        self.number = number
        self.core = core
    }

    deinit { Task { [core, number] in await core.unsubscribe(number) } }
}
