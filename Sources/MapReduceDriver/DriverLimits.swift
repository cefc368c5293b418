/// Limits of who hosts task processes, and of what is kept of them.
package enum DriverLimits {
    /// How often a run on one machine shows how far it is, and lets the control plane know that
    /// time passes: often enough for an eye.
    package static let localTickInterval = Duration.milliseconds(100)
    /// The most that one look counts as time without progress: when whoever watches was stopped or
    /// the machine slept, the task may have been as well.
    package static let maxWatchStep = Duration.seconds(1)
    /// How long a hanging closure has to write its backtrace: symbols of a large program take
    /// seconds to read.
    package static let backtracePatience = Duration.seconds(20)
    /// How often an attempt is looked at for progress, at least: a fraction of the least timeout.
    package static let watchInterval = Duration.milliseconds(200)
    /// How long one wait for what a task process says lasts: nothing depends on its end.
    package static let channelWait = Duration.seconds(60)
    /// Bytes of what an attempt prints that go to its log as they are printed: more than anybody
    /// reads, and little enough for the logs of thousands of attempts.
    package static let keptLogHeadByteCount = 1 << 20
    /// Bytes of the end of what an attempt prints beyond that, kept in memory and written when it
    /// has ended: what a closure said before it failed.
    package static let keptLogTailByteCount = 256 << 10
    /// How often a pipe is read before its reader does something else: a closure may print faster
    /// than it is read.
    package static let logReadsAtOnce = 64
    /// Lines that a report quotes of what a task printed before it ended without a trap: the last
    /// ones tell.
    package static let maxReportLineCount = 10
    /// Frames of a backtrace that are shown with their line of the source: those near the trap.
    package static let maxSourceLineCount = 3
    /// Bytes of a source file that is looked into for such a line: no source is longer.
    package static let maxSourceByteCount = 4 << 20
    /// How often a run that no terminal shows writes a line of how far it is: a log stays short.
    package static let plainLineInterval = Duration.seconds(5)
    /// How often the page that follows a run on one machine is written: as often as it looks.
    package static let dashboardInterval = Duration.seconds(1)
    /// How much longer than a processor needs to write the page it is left alone, at least: a
    /// fiftieth of one is not missed.
    package static let dashboardPauseFactor = 50
    /// The longest that the page is left alone: somebody looks at it.
    package static let maxDashboardPause = Duration.seconds(10)
    /// Bad records that the command of a replay names: a longer one is of no use.
    package static let maxPassedOverInCommand = 50
}
