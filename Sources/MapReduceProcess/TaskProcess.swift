#if canImport(Glibc)
internal import Glibc
#endif

/// A task process: the job's own executable, started with the driver's own arguments and a channel.
///
/// It is in a process group of its own, so that Ctrl-C reaches the driver alone; it ends by itself
/// when the driver's end of the channel is closed, however that comes.
package final class TaskProcess {
    package let processID: Int32
    /// Nil once the process was reaped.
    private var isReaped = false

    /// Tells a process that it is a task process; its value is the channel's descriptor.
    package static let environmentName = "MAPREDUCE_TASK"
    private static let channelDescriptor: Int32 = 3

    /// Starts a process.
    ///
    /// `arguments`: the whole command line, beginning with the program's name.
    ///
    /// `channel`: the process's end; the caller lets go of it afterwards.
    ///
    /// `logPath`: takes standard output and standard error.
    package init(
        executable: String,
        arguments: [String],
        channel: FrameChannel,
        logPath: String
    ) throws {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions,
            1,
            logPath,
            O_WRONLY | O_CREAT | O_APPEND,
            0o644
        )
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        posix_spawn_file_actions_adddup2(&actions, channel.descriptor, Self.channelDescriptor)
        // The driver blocks signals to receive them one by one; its tasks take them as usual.
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        )
        let environment = Self.environment()
        var id = pid_t()
        let code = withCStrings(arguments) { arguments in
            withCStrings(environment) { environment in
                posix_spawn(&id, executable, &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else { throw ProcessError("start", executable, errno: code) }
        processID = id
    }

    /// The channel of a process that a driver started; nil in any other process.
    ///
    /// The variable is taken out of the environment, so that what a closure starts is no task
    /// process.
    package static func inheritedChannel() -> FrameChannel? {
        guard let text = getenv(environmentName), let descriptor = Int32(String(cString: text)),
            fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
        else { return nil }
        unsetenv(environmentName)
        return FrameChannel(descriptor: descriptor)
    }

    deinit { if !isReaped { _ = kill() } }

    private static func environment() -> [String] {
        var entries: [String] = []
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if !text.hasPrefix("MAPREDUCE_") && !text.hasPrefix("SWIFT_BACKTRACE=") {
                entries.append(text)
            }
            next += 1
        }
        entries.append("\(environmentName)=\(channelDescriptor)")
        // A crash writes its backtrace to the log, without asking and without colours.
        entries.append(
            "SWIFT_BACKTRACE=enable=yes,interactive=no,color=no,threads=crashed,images=none,"
                + "registers=none,limit=32"
        )
        return entries
    }

    /// Ends the process and those that it started, and waits for it.
    /// - Returns: how it ended.
    @discardableResult
    package func kill() -> Exit {
        _ = Glibc.kill(-processID, SIGKILL)
        return wait()
    }

    /// Waits until the process has ended.
    package func wait() -> Exit {
        var status: Int32 = 0
        while waitpid(processID, &status, 0) < 0 && errno == EINTR {}
        isReaped = true
        return Exit(status: status)
    }

    /// How a process ended.
    package enum Exit: Hashable, Sendable, CustomStringConvertible {
        case code(Int32)
        case signal(Int32)

        init(status: Int32) {
            let signal = status & 0x7f
            self = signal == 0 ? .code((status >> 8) & 0xff) : .signal(signal)
        }

        package var description: String {
            switch self {
            case .code(let code): return "it exited with code \(code)"
            case .signal(let signal):
                let name = strsignal(signal).map { String(cString: $0) } ?? "unknown"
                let hint = signal == SIGKILL ? "; perhaps the system ran out of memory" : ""
                return "it was ended by signal \(signal) (\(name))\(hint)"
            }
        }
    }
}

/// Calls the body with an array of C strings that ends in nil.
private func withCStrings<Result>(
    _ strings: [String],
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers = strings.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("there is always a nil") }
        return body(base)
    }
}
