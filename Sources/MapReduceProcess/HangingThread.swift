internal import CSignals

#if canImport(Glibc)
internal import Glibc
#endif

/// Ending a task whose closure hangs, so that its log says where.
package enum HangingThread {
    /// From now on a thread of this process that is told so writes its backtrace to the log and
    /// ends the process; for a task process, before it runs anything.
    package static func listen() { signals_end_at_quit() }

    /// Has a thread of a task process write its backtrace, after which the process ends by itself;
    /// it may be in a state in which it cannot, so that it must be ended after a while.
    ///
    /// - Returns: false when there is no such thread.
    package static func tell(process: Int32, thread: Int32) -> Bool {
        // Its number is from a page that the process may have overwritten: the kernel sends to
        // threads of that process only.
        thread > 0 && signals_send(process, thread, SIGQUIT) == 0
    }
}
