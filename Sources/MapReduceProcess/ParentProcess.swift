internal import CSpawn

#if canImport(Glibc)
internal import Glibc
#endif

/// The process that started this one.
package final class ParentProcess: Sendable {
    private let descriptor: Int32

    /// Notes which process it is.
    ///
    /// A signal that the kernel sends at a parent's end would come when the *thread* of it ends
    /// that started this process; a descriptor of the process does not.
    /// - Throws: `ProcessError` when it is gone already, or cannot be watched.
    package init() throws {
        let parent = getppid()
        let descriptor = parent == 1 ? -1 : spawn_open_process(parent)
        let code = errno
        // If it has ended meanwhile, its number may be that of another process.
        guard parent != 1, getppid() == parent else {
            if descriptor >= 0 { close(descriptor) }
            throw ProcessError("the process that started this one is gone")
        }
        guard descriptor >= 0 else { throw ProcessError("watch", "process \(parent)", errno: code) }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Blocks until it has ended.
    package func waitForEnd() {
        while waitForInput(on: [descriptor], timeout: ProcessLimits.maxPollWait).isEmpty {}
    }
}
