/// Every limit and choice of the control plane, with its unit, default and reason.
package struct Policy: Hashable, Sendable {
    /// Failures that a task may have through its own fault, the user's code above all.
    ///
    /// Three more tries tell a flaky machine from a closure that always fails.
    package var maxAttempts = 4

    /// Failures that a task may have through the cluster's fault.
    ///
    /// Generous, as they say nothing about the task; bounded, so that a broken cluster ends the
    /// job.
    package var maxClusterFailures = 20

    /// Records of a job that may be passed over because the user's code fails at them: none, unless
    /// asked for, as an answer without some of its input must be wanted.
    package var maxBadRecords = 0

    /// Failures at one record after which it is passed over: the second shows that it was no
    /// chance.
    package var failuresOfBadRecord = 2

    /// Silence after which a worker gets no new work: five heartbeats of a second.
    package var suspectAfter = Duration.seconds(5)

    /// Silence after which a worker is given up, and its work runs elsewhere: long enough for a
    /// pause of the network, short enough not to wait for a machine that is gone.
    package var deadAfter = Duration.seconds(15)

    /// Failures of one job on one worker after which that worker gets no more of the job.
    package var maxFailuresOnWorker = 3

    /// How the worker for a task is chosen.
    package var placement = Placement.leastLoaded

    package init() {}
}

/// How the worker for a task is chosen among those that have a free slot.
///
/// Ties go to the lowest id.
package enum Placement: String, Sendable, CaseIterable {
    /// The worker that runs the fewest tasks.
    case leastLoaded
    /// The worker with the next higher id than the one chosen last.
    case roundRobin
    /// A worker drawn by a hash of the attempt's id: spread evenly, and the same in a replay.
    case random
    /// The worker with the smallest share of its slots taken.
    case weighted
}
