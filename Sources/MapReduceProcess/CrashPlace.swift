internal import CSignals

/// Reports where a task was when its process ends: for a process that no other process watches.
package enum CrashPlace {
    /// Makes a crash, an interrupt or an exit write the contents of the recorder's page to standard
    /// error, before Swift's runtime writes its backtrace.
    ///
    /// `readsLines`: whether a record is a line of a file that can be read directly from
    ///   its offset.
    package static func report(from recorder: FlightRecorder, readsLines: Bool) {
        signals_report_place(recorder.page, readsLines ? 1 : 0)
    }

    /// Marks the task as ended: it is not the cause of later crashes.
    package static func forget() { signals_forget_place() }
}
