/// Deliberate bugs, of which the simulation must find each: so its checks are shown to be able to
/// fail.
///
/// They can be switched on in a debug build only, one at a time, for the current task.
package enum Mutation: String, CaseIterable, Sendable {
    /// A restarted coordinator does not end the commits that had begun.
    case forgetsCommits
    /// Runs that cannot be fetched are believed to be there.
    case ignoresFailedFetches
    /// What a job has read stays when it is written anew, and differs.
    case keepsStaleReaders
    /// An output that is lost stays in the counters.
    case keepsCountersOfLostOutputs
    /// A worker that joins again is not told of attempts that it has never heard of.
    case forgetsStarts
    /// A worker may get one attempt more than it has slots.
    case overfillsWorkers
    /// Workers that are silent are never given up.
    case waitsForDeadWorkers
    /// A task may fail as often as it likes.
    case retriesForever
    /// One failure makes a bad record.
    case skipsAtOnce
    /// However many records an attempt has skipped, its job goes on.
    case allowsAnyBadRecord
    /// That an attempt was stopped is not in the journal.
    case stopsWithoutJournal
    /// A reader gets the first output of each task and not the last.
    case readsFirstOutputs
    /// An attempt reads the first of the shuffles that its stage reads, and no other one.
    case forgetsSecondSource
    /// A stage may start while what is broadcast to it is not done.
    case readsBroadcastsEarly
    /// Whether there is another round is decided before all of the last one is there.
    case endsRoundsEarly
    /// In place of a round that was left out, one before the last that was not is read.
    case readsEarlierRounds
    /// What has read what is written anew runs again, and what has read that does not.
    case renewsNextStagesOnly
    /// That a run of any shuffle but the first cannot be fetched is not believed.
    case blamesFirstSourceOnly
    /// A backup may start while what it reads is lost.
    case backsUpWithoutInput
    /// Commands count as received when they are sent.
    case forgetsUnheardCommands
    /// A worker counts commands on from one session to the next.
    case keepsCommandNumbers
    /// Ends that were sent in a poll that failed count as delivered.
    case losesUndeliveredEnds
    /// A command that comes twice is done twice.
    case obeysTwice
    /// A worker keeps the program of a job that ended while it was fetched.
    case keepsLatePrograms
    /// Whoever knows the numbers of a history is believed to know that history.
    case identifiesByNumber

    #if DEBUG || MUTATIONS
    @TaskLocal package static var current: Mutation?
    #endif

    /// Whether the bug is there; never in a release build.
    @inline(__always)
    var isOn: Bool {
        #if DEBUG || MUTATIONS
        Mutation.current == self
        #else
        false
        #endif
    }
}
