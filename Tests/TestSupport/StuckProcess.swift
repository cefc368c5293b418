import CTracer
import Foundation

/// Keeps a process from being reaped by its parent, as one is kept that waits for a disk within the
/// kernel: a tracer that does not wait for it hears of its end first.
package final class StuckProcess: @unchecked Sendable {
    // Unchecked: `code` is written before the semaphore is signaled, and read after.
    private let isAttached = DispatchSemaphore(value: 0)
    private let mayEnd = DispatchSemaphore(value: 0)
    private var code: Int32 = -1

    /// Attaches a thread to a process.
    /// - Throws: when the system does not allow it.
    package init(_ process: Int32) throws {
        let thread = Thread { [self] in
            code = tracer_seize(process)
            isAttached.signal()
            mayEnd.wait()
        }
        thread.start()
        isAttached.wait()
        guard code == 0 else {
            mayEnd.signal()
            throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EPERM)
        }
    }

    /// Lets the process go.
    package func release() { mayEnd.signal() }
}

/// Whether this machine lets a test trace processes.
package let canTrace: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sleep")
    process.arguments = ["60"]
    guard (try? process.run()) != nil else { return false }
    defer { kill(process.processIdentifier, SIGKILL) }
    guard let stuck = try? StuckProcess(process.processIdentifier) else { return false }
    stuck.release()
    return true
}()

/// The children of a process, by the kernel's list of all processes.
package func children(of parent: Int32) throws -> [Int32] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { name in
        guard let id = Int32(name), let stat = try? readText("/proc/\(id)/stat"),
            // The name of the program, in parentheses, may have anything in it.
            let rest = stat.components(separatedBy: ") ").last?.split(separator: " "),
            rest.count > 1, Int32(rest[1]) == parent
        else { return nil }
        return id
    }
}
