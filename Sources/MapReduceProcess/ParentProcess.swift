internal import CSpawn

#if canImport(Glibc)
internal import Glibc
#endif

/// The process that started this one.
package final class ParentProcess: Sendable {
    private let descriptor: Int32

    /// Opens the parent process.
    ///
    /// A signal that the kernel sends when a parent ends would arrive when the *thread* ends that
    /// started this process; a process descriptor avoids this.
    ///
    /// - Throws: `ProcessError` when the parent is already gone, or cannot be watched.
    package init() throws {
        let parent = getppid()
        let descriptor = parent == 1 ? -1 : spawn_open_process(parent)
        let code = errno
        // If it has ended in the meantime, its number may belong to another process.
        guard parent != 1, getppid() == parent else {
            if descriptor >= 0 { close(descriptor) }
            throw ProcessError("the process that started this one is gone")
        }
        guard descriptor >= 0 else { throw ProcessError("watch", "process \(parent)", errno: code) }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Blocks until the parent has ended.
    package func waitForEnd() {
        while waitForInput(on: [descriptor], timeout: ProcessLimits.maxPollWait).isEmpty {}
    }
}
