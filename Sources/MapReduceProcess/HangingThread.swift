internal import CSignals

#if canImport(Glibc)
internal import Glibc
#endif

/// Ends a task whose closure hangs, so that its log says where.
package enum HangingThread {
    /// Installs a SIGQUIT handler: a thread of this process that receives the signal writes its
    /// backtrace to the log and ends the process.
    ///
    /// A task process calls this before it runs anything.
    package static func installBacktraceHandler() { signals_end_at_quit() }

    /// Has a thread of a task process write its backtrace, after which the process exits by itself.
    ///
    /// The thread may be in a state where it cannot, so the caller must end the process after a
    /// while.
    ///
    /// - Returns: False when there is no such thread.
    package static func requestBacktrace(process: Int32, thread: Int32) -> Bool {
        // The number is from a page that the process may have overwritten: the kernel only sends to
        // threads of that process.
        thread > 0 && signals_send(process, thread, SIGQUIT) == 0
    }

    /// Returns whether a process is stopped, by a signal or a debugger, and so cannot write
    /// anything.
    package static func isStopped(process: Int32) -> Bool {
        let descriptor = open("/proc/\(process)/stat", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = read(descriptor, &bytes, bytes.count)
        // The state follows the name, which is in parentheses and may itself contain some.
        guard count > 0, let end = bytes[..<count].lastIndex(of: UInt8(ascii: ")")),
            end + 2 < count
        else { return false }
        return bytes[end + 2] == UInt8(ascii: "T") || bytes[end + 2] == UInt8(ascii: "t")
    }
}
