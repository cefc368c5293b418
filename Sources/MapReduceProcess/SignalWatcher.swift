#if canImport(Glibc)
internal import Glibc
#endif

/// Turns signals into bytes of a pipe, so that a loop over descriptors receives them in order.
///
/// The signals are blocked in the calling thread and in the threads that it starts later; one
/// thread waits for them.
package struct SignalWatcher: Sendable {
    /// The descriptor that becomes readable when a signal has arrived.
    package let descriptor: Int32

    /// Starts watching signals; call it before any thread is started.
    package init(_ signals: [Int32]) throws {
        var ends: (Int32, Int32) = (-1, -1)
        let code = withUnsafeMutableBytes(of: &ends) { bytes in
            pipe(bytes.baseAddress?.assumingMemoryBound(to: Int32.self))
        }
        guard code == 0 else { throw ProcessError("make", "a pipe", errno: errno) }
        _ = fcntl(ends.0, F_SETFD, FD_CLOEXEC)
        _ = fcntl(ends.1, F_SETFD, FD_CLOEXEC)
        descriptor = ends.0
        let target = ends.1
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals where !Self.isIgnored(signal) { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        let watched = set
        try startThread {
            var set = watched
            while true {
                var signal: Int32 = 0
                guard sigwait(&set, &signal) == 0 else { return }
                var byte = UInt8(truncatingIfNeeded: signal)
                guard write(target, &byte, 1) == 1 else { return }
            }
        }
    }

    /// Returns whether the process was started to ignore a signal, as `nohup` does.
    package static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(signal, nil, &action) == 0 else { return false }
        let handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: UInt.self)
        return handler == unsafeBitCast(SIG_IGN, to: UInt.self)
    }

    /// Returns the signal that has arrived; call it when the descriptor is readable.
    package func next() -> Int32? {
        var byte: UInt8 = 0
        return read(descriptor, &byte, 1) == 1 ? Int32(byte) : nil
    }
}
