internal import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// Waits until at least one of the descriptors is readable, or its other end is closed.
///
/// `timeout`: the longest wait.
/// - Returns: The indexes of the readable descriptors.
package func waitForInput(on descriptors: [Int32], timeout: Duration) -> [Int] {
    var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    // Rounded up, so that a wait is not a fraction of a millisecond too short.
    let wait = min(timeout, ProcessLimits.maxPollWait)
    let milliseconds = max(0, (wait.nanoseconds + 999_999) / 1_000_000)
    let count = poll(&entries, nfds_t(entries.count), Int32(milliseconds))
    guard count > 0 else { return [] }
    return entries.indices.filter { entries[$0].revents != 0 }
}

/// Waits for standard input, and discards the data.
///
/// - Returns: Whether it has reached its end.
package func waitForEndOfInput() -> Bool {
    var byte: UInt8 = 0
    let count = read(0, &byte, 1)
    return count == 0 || count < 0 && errno != EINTR
}

/// Waits until a descriptor is writable without blocking, or another is readable.
package func waitForOutput(on descriptor: Int32, orInputOn other: Int32) {
    var entries = [
        pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0),
        pollfd(fd: other, events: Int16(POLLIN), revents: 0),
    ]
    _ = poll(&entries, nfds_t(entries.count), -1)
}
