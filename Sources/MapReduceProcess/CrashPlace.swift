internal import CSignals

/// Says where a task was when the process that runs it comes to its end: for a process without
/// another one that watches it.
package enum CrashPlace {
    /// From now on a crash, an interrupt or an exit writes to standard error what the page of the
    /// recorder says, before Swift's runtime writes its backtrace.
    ///
    /// `readsLines`: whether a record is a line of a file that can be read from its offset on.
    package static func report(from recorder: FlightRecorder, readsLines: Bool) {
        signals_report_place(recorder.page, readsLines ? 1 : 0)
    }

    /// The task has ended: what comes now is not its doing.
    package static func forget() { signals_forget_place() }
}
