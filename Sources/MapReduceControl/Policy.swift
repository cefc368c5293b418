/// Every limit and choice of the control plane, with its unit, default and reason.
package struct Policy: Hashable, Sendable {
    /// Failures that a task may have through the cluster's fault.
    ///
    /// Generous, as they say nothing about the task; bounded, so that a broken cluster ends the
    /// job.
    package var maxClusterFailures = 20

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

    /// How long a worker gets no work that others cannot fetch from, at first, and how long a
    /// failure to do so is remembered: long enough not to lose much to it, short enough to have the
    /// machine back.
    package var unreachableFor = Duration.seconds(60)

    /// How often that time doubles when it happens again: to eight minutes.
    package static let maxExclusionDoublings = 3

    /// How the worker for a task is chosen.
    package var placement = Placement.leastLoaded

    /// Tasks that wait and that are looked at for one that has its input near a free worker.
    ///
    /// Enough to find one on a cluster of fifty machines, few enough to look at them at each start.
    package static let localityWindow = 64

    /// Whether tasks that are slow for their input get a backup on another worker.
    package var speculates = true

    /// The part of a stage that must be done before its slow tasks can be told, in percent.
    package var speculationThreshold = 75

    /// How much longer than the median a task may take for its bytes, in percent.
    package var stragglerThreshold = 150

    /// The age below which a task is not slow: a backup costs about as much.
    package var minStragglerAge = Duration.seconds(2)

    /// Tasks of a stage that may get a backup, in percent; at least one.
    package var maxBackups = 10

    /// How often slow tasks are looked for.
    package var speculationInterval = Duration.seconds(1)

    /// Whether workers are told ahead which tasks they will get, to fetch their input.
    package var preparesTasks = true

    package init() {}
}

/// How the worker for a task is chosen among those that have a free slot.
///
/// Ties go to the lowest id. A worker that was told to prepare a task comes first.
package enum Placement: String, Sendable, CaseIterable {
    /// The worker that runs the fewest tasks.
    case leastLoaded
    /// The worker with the next higher id than the one chosen last.
    case roundRobin
    /// A worker drawn by a hash of the attempt's id: spread evenly, and the same in a replay.
    case random
    /// The worker with the smallest share of its slots taken.
    case weighted
    /// A worker that has the task's input on its own disks, and a task that a free worker has the
    /// input of; where there is none, as `leastLoaded`.
    case locality
}
