package import MapReduceModel

/// Makes every scheduling decision: which task runs where, what runs again, whose output counts,
/// and when a job is committed.
///
/// It only decides. It reads no clock, does no I/O and has no threads: its driver passes it what
/// happened and the time, writes the journal, then sends the commands and performs the actions.
///
///     event, instant ──► apply ──► Effects ──► journal (durable first) ──► commands, actions
package struct Coordinator: Sendable {
    package internal(set) var jobs: Jobs
    package internal(set) var workers: Workers
    package let policy: Policy
    var effects = Effects()
    /// The time of the event that is being applied.
    var now = Instant.zero
    /// The attempts that may be running, in the order in which they were started.
    ///
    /// Attempts that have ended are dropped at the next search for slow ones.
    var started: [AttemptID] = []
    /// When to look for slow attempts next.
    var nextSpeculation: Instant?
    /// The tasks that workers were told to prepare.
    var preparations: [Preparation] = []

    /// Creates a coordinator that resumes where this journal ends; its first event must be
    /// `Event.recovered`.
    ///
    /// Attempts that were running then still are, and the workers that run them or hold outputs
    /// have until `Policy.deadAfter` from now to join again.
    package init(
        policy: Policy = Policy(),
        journal: some Sequence<JournalEntry> = [],
        at now: Instant = .zero
    ) {
        self.policy = policy
        jobs = Jobs(replaying: journal)
        workers = Workers(policy: policy)
        expectWorkers(at: now)
    }

    /// Applies an event.
    /// - Returns: What to write, and what to do after that.
    package mutating func apply(_ event: Event, at now: Instant) -> Effects {
        effects = Effects()
        self.now = now
        switch event {
        case .jobSubmitted(let submission): record(.jobSubmitted(submission, at: now))
        case .workerJoined(let id, let profile, let attempts):
            join(id, profile, attempts, at: now)
        case .workerPolled(let id, let health): _ = workers.heard(id, health, at: now)
        case .workerLeft(let id): lose([id])
        case .attemptReported(let worker, let report):
            if workers.heard(worker, at: now) { end(report, on: worker, at: now) }
        case .fetchFailed(let worker, let attempt, let source, let isSilent, let message):
            if workers.heard(worker, at: now) {
                fetchFailed(attempt, on: worker, source, isSilent: isSilent, message)
            }
        case .outputPublished(let id, let failure): published(id, failure)
        case .jobCancelled(let id): cancel(id)
        case .jobRetired(let id): retire(id)
        case .recovered: recover()
        case .stalled(let duration): workers.excuse(duration, at: now)
        case .tick: break
        }
        lose(workers.silent(at: now))
        workers.readmit(at: now)
        speculate(at: now)
        schedule(at: now)
        return effects
    }

    /// When `tick` is due if nothing happens before; nil if there is nothing to wait for.
    package var nextDeadline: Instant? {
        guard var silence = workers.nextSilence else { return nil }
        if let readmission = workers.nextReadmission { silence = min(silence, readmission) }
        return nextSpeculation.map { min($0, silence) } ?? silence
    }

    mutating func record(_ entry: JournalEntry) {
        jobs.apply(entry)
        effects.journal.append(entry)
    }
}
