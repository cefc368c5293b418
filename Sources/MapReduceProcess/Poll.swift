internal import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// Waits until one of some descriptors can be read, or its other end is closed.
///
/// `timeout`: the longest wait.
/// - Returns: the indexes of those that can be read.
package func waitForInput(on descriptors: [Int32], timeout: Duration) -> [Int] {
    var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    // Rounded up, so that a wait is not too short by a part of a millisecond.
    let wait = min(timeout, ProcessLimits.maxPollWait)
    let milliseconds = max(0, (wait.nanoseconds + 999_999) / 1_000_000)
    let count = poll(&entries, nfds_t(entries.count), Int32(milliseconds))
    guard count > 0 else { return [] }
    return entries.indices.filter { entries[$0].revents != 0 }
}

/// Waits for standard input, and throws away what comes.
/// - Returns: whether its end has come.
package func waitForEndOfInput() -> Bool {
    var byte: UInt8 = 0
    let count = read(0, &byte, 1)
    return count == 0 || count < 0 && errno != EINTR
}

/// Waits until a descriptor can be written to without blocking, or another one be read.
package func waitForOutput(on descriptor: Int32, orInputOn other: Int32) {
    var entries = [
        pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0),
        pollfd(fd: other, events: Int16(POLLIN), revents: 0),
    ]
    _ = poll(&entries, nfds_t(entries.count), -1)
}
