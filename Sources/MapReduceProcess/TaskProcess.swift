internal import CSpawn
internal import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// A process that runs a job's own executable, with the driver's own arguments and a channel.
///
/// It exits by itself when the driver's end of the channel is closed, for whatever reason.
package final class TaskProcess {
    package let processID: Int32
    /// Whether the process no longer needs to be waited for.
    private var isReaped = false

    /// The purpose of the process, passed in a variable whose value is the channel's descriptor.
    package enum Purpose: String, Sendable, CaseIterable {
        /// Runs tasks. Such a process has its own process group, so that Ctrl-C reaches only the
        /// driver.
        case task = "MAPREDUCE_TASK"
        /// Describes the job, for a cluster to run it.
        case describe = "MAPREDUCE_DESCRIBE"
    }

    /// The variable that passes the cluster's slot count, from which the process derives its
    /// defaults.
    private static let slotsName = "MAPREDUCE_CLUSTER_SLOTS"
    private static let channelDescriptor: Int32 = 3

    /// The parameters of a process to start.
    package struct Launch: Sendable {
        package var purpose = Purpose.task
        package var executable: String
        /// The whole command line, starting with the program's name.
        package var arguments: [String]
        /// The descriptor for standard output and standard error; nil to inherit both.
        package var output: Int32?
        /// The working directory of the process; nil for the driver's.
        package var directory: String?
        /// The slot count of the cluster; nil on one machine.
        package var slotCount: Int?
        /// Whether the process gets the driver's variables, or only those that programs need to
        /// find files and to determine the language and the time zone.
        package var inheritsEnvironment = true

        package init(executable: String, arguments: [String]) {
            self.executable = executable
            self.arguments = arguments
        }
    }

    /// Starts a process.
    ///
    /// `channel`: the process's end; the caller releases it afterwards.
    package init(_ launch: Launch, channel: FrameChannel) throws {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        if let output = launch.output {
            posix_spawn_file_actions_adddup2(&actions, output, 1)
            posix_spawn_file_actions_adddup2(&actions, output, 2)
        }
        posix_spawn_file_actions_adddup2(&actions, channel.descriptor, Self.channelDescriptor)
        // Exclude the driver's sockets, which libraries open without marking them close-on-exec.
        posix_spawn_file_actions_addclosefrom_np(&actions, Self.channelDescriptor + 1)
        if let directory = launch.directory {
            posix_spawn_file_actions_addchdir_np(&actions, directory)
        }
        // The driver blocks signals to receive them one by one; its tasks handle them normally.
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        let group = launch.purpose == .task ? POSIX_SPAWN_SETPGROUP : 0
        posix_spawnattr_setflags(
            &attributes,
            Int16(group | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        )
        let environment = Self.environment(launch)
        var id = pid_t()
        var code: Int32 = 0
        for _ in 0..<ProcessLimits.busyStartTries {
            code = withCStrings(launch.arguments.map { Array($0.utf8CString) }) { arguments in
                withCStrings(environment) { environment in
                    posix_spawn(
                        &id,
                        launch.executable,
                        &actions,
                        &attributes,
                        arguments,
                        environment
                    )
                }
            }
            guard code == ETXTBSY else { break }
            _ = waitForInput(on: [], timeout: ProcessLimits.busyStartInterval)
        }
        guard code == 0 else {
            // The system does not say which of the files it could not open.
            let isMissing = code == ENOENT && access("/dev/null", F_OK) != 0
            let reason = isMissing ? " with /dev/null as its input" : ""
            throw ProcessError("start", launch.executable + reason, errno: code)
        }
        processID = id
    }

    /// The values that a driver passed to the process that it started.
    package struct Inherited: Sendable {
        package let purpose: Purpose
        package let channel: FrameChannel
        /// The slot count of the cluster; nil on one machine.
        package let slotCount: Int?
    }

    /// Returns the values that a driver passed to this process; nil if no driver started it.
    ///
    /// Removes the variables from the environment, so that processes that a closure starts are not
    /// task processes.
    package static func inherited() -> Inherited? {
        for purpose in Purpose.allCases {
            guard let text = getenv(purpose.rawValue),
                let descriptor = Int32(String(cString: text)),
                fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
            else { continue }
            let slots = getenv(slotsName).flatMap { Int(String(cString: $0)) }
            unsetenv(purpose.rawValue)
            unsetenv(slotsName)
            return Inherited(
                purpose: purpose,
                channel: FrameChannel(descriptor: descriptor),
                slotCount: slots
            )
        }
        return nil
    }

    deinit {
        if isReaped { return }
        signalEnd()
        abandon()
    }

    /// The variables that a process gets if it does not inherit all.
    private static let basicNames = [
        "PATH", "HOME", "USER", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH",
    ]

    /// Makes `hashValue`, and the order of a `Set` or `Dictionary` that is built in the same way,
    /// the same in every process of a job: a closure that depends on them would otherwise split
    /// groups.
    package static let stableHashing = "SWIFT_DETERMINISTIC_HASHING=1"

    private static func environment(_ launch: Launch) -> [[CChar]] {
        var entries = CurrentProcess.variables.filter { variable in
            let name = variable.name
            if name.hasPrefix("MAPREDUCE_") || name == "SWIFT_BACKTRACE"
                || stableHashing.hasPrefix(name + "=")
            {
                return false
            }
            return launch.inheritsEnvironment || basicNames.contains(name) || name.hasPrefix("LC_")
        }.map(\.entry)
        var own = [stableHashing, "\(launch.purpose.rawValue)=\(channelDescriptor)"]
        if let slots = launch.slotCount { own.append("\(slotsName)=\(slots)") }
        // A crash writes its backtrace to the log, without prompting and without colors.
        own.append(
            "SWIFT_BACKTRACE=enable=yes,interactive=no,color=no,threads=crashed,images=none,"
                + "registers=none,limit=32"
        )
        entries += own.map { Array($0.utf8CString) }
        return entries
    }

    /// Kills the process and those that it started, and waits for it, but not for long: a process
    /// that waits for a disk or a network in the kernel does not react to any signal.
    ///
    /// `start`: when the wait began, if other processes are waited for as well.
    /// - Returns: How it ended; nil when it still exists. Then `abandon` it.
    @discardableResult
    package func kill(since start: ContinuousClock.Instant = .now) -> Exit? {
        signalEnd()
        var pause = ProcessLimits.minReapInterval
        let deadline = start + ProcessLimits.reapPatience
        while true {
            var status: Int32 = 0
            let found = waitpid(processID, &status, WNOHANG)
            if found == processID {
                isReaped = true
                return Exit(status: status)
            }
            if found < 0 && errno != EINTR || ContinuousClock.now >= deadline { return nil }
            _ = waitForInput(on: [], timeout: pause)
            pause = min(pause * 2, ProcessLimits.maxReapInterval)
        }
    }

    /// Sends the signal that no process can ignore, without waiting for its effect.
    package func signalEnd() {
        if isReaped { return }
        _ = Glibc.kill(-processID, SIGKILL)
        // A closure may have left the group.
        _ = Glibc.kill(processID, SIGKILL)
    }

    /// Starts a thread that waits for a process that had not exited when `kill` returned.
    ///
    /// `didEnd`: called on that thread when the process is finally gone.
    package func abandon(_ didEnd: @escaping @Sendable () -> Void = {}) {
        isReaped = true
        let processID = self.processID
        do {
            try startThread {
                var status: Int32 = 0
                while waitpid(processID, &status, 0) < 0 && errno == EINTR {}
                didEnd()
            }
        } catch {
            // Without a thread, its exit goes unnoticed; it then occupies only its process ID.
        }
    }

    /// Waits until the process has exited.
    package func wait() -> Exit {
        var status: Int32 = 0
        while waitpid(processID, &status, 0) < 0 && errno == EINTR {}
        isReaped = true
        return Exit(status: status)
    }

    /// The way a process ended.
    package enum Exit: Hashable, Sendable, CustomStringConvertible {
        case code(Int32)
        case signal(Int32)

        init(status: Int32) {
            let signal = status & 0x7f
            self = signal == 0 ? .code((status >> 8) & 0xff) : .signal(signal)
        }

        /// Whether it was killed by the signal that the kernel uses when memory runs out.
        package var isKill: Bool { self == .signal(SIGKILL) }

        /// Whether it ended by the trap instruction that Swift uses for a mistake in the program.
        package var isTrap: Bool { self == .signal(SIGILL) || self == .signal(SIGTRAP) }

        package var description: String {
            switch self {
            case .code(let code): return "it exited with code \(code)"
            case .signal(let signal):
                let name = strsignal(signal).map { String(cString: $0) } ?? "unknown"
                return "it was ended by signal \(signal) (\(name))"
            }
        }
    }
}

/// Calls the body with a nil-terminated array of C strings.
///
/// `strings`: the strings, each terminated by 0.
func withCStrings<Result>(
    _ strings: [[CChar]],
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
