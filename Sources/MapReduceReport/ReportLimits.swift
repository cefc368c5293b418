/// Limits of what people are shown of a job: by displays, summaries, verdicts and traces.
package enum ReportLimits {
    /// The last of a run that a display computes its rates from: long enough to be calm, and short
    /// enough to tell of now.
    package static let paceWindow = Duration.seconds(5)
    /// Stages that a live display has a line for: more at once are a wall of bars.
    package static let maxShownStageCount = 6
    /// The part of a stage's pairs, in percent, from which on a terminal and a page name a single
    /// key: with less of them, no other part waits long for the one that has the key.
    package static let skewPercent = 10
    /// Seconds that a job takes at least for its time to be judged: what is shorter is over before
    /// its processes are warm.
    package static let minJudgedSeconds = 0.3
    /// The longest time that a report may claim, in seconds: three centuries, whose sums are exact
    /// enough.
    package static let maxJudgedSeconds = 1e10
    /// Slots of one worker that a report may claim: more than any has, and sums of them are small.
    package static let maxJudgedSlotCount = 1 << 20
    /// How much longer, or larger, than the task in the middle of its stage a task is late, or
    /// large, in percent: less than that is chance.
    package static let latePercent = 150
    /// The part of the job's time, in percent, by which a late task is late at least: less does not
    /// delay anybody.
    package static let minLatePercent = 5
    /// What an advice saves at least, as a part of the job's time in percent, and in seconds: less
    /// is not worth a try.
    package static let minSavingPercent = 5
    /// The same in seconds: nobody tunes a job for less than what an eye notices.
    package static let minSavedSeconds = 0.1
    /// Slots of one worker that a trace draws though nothing ran on them: more than any has.
    package static let maxDrawnLaneCount = 4096
    /// Stages whose partitions a summary shows: those of a long iteration are alike.
    package static let maxPartitionLineCount = 4
    /// Iterations of which a summary says how many rounds they took: more fill a screen.
    package static let maxIterationLineCount = 8
    /// Lines that say much the same of one job, which a display shows: the rest are counted.
    package static let repeatedLineCount = 5
    /// Records, bytes or pairs that a text counts at most: what an integer holds, whatever a report
    /// claims.
    package static let maxShownCount = 1e18
    /// How many times the memory an advice asks for at most, where it does not know how much that
    /// is: a number that a person can read.
    package static let maxAdvisedFactor = 1e6
    /// Mebibytes that an advice names at most: more than any machine has.
    package static let maxAdvisedMebibytes = 1e12
    /// Bytes of a split that an advice names at least: with less of them, starting tasks takes
    /// longer than they do.
    package static let minAdvisedSplitByteCount = 4.0 * 1024 * 1024
}
