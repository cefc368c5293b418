import CSpawn
import Foundation

/// An executable of this package, run on a terminal of its own.
package final class PseudoTerminal {
    // What the module of the C library leaves out: TIOCSPTLCK, TIOCGPTN and POSIX_SPAWN_SETSID.
    private static let unlock: UInt = 0x4004_5431
    private static let askNumber: UInt = 0x8004_5430
    private static let newSession: Int16 = 0x80

    private let ours: Int32
    private var process: pid_t = 0
    private var status: Int32?
    /// What is seen.
    package private(set) var screen: TerminalEmulator
    /// Everything that was written.
    package private(set) var bytes: [UInt8] = []

    /// Starts a process in a session of its own, whose terminal is the new one: as its standard
    /// input, output and error.
    ///
    /// `environment`: variables in place of those of the test's process; nil takes one away.
    package init(
        _ name: String,
        _ arguments: [String],
        columnCount: Int = 80,
        rowCount: Int = 24,
        environment: [String: String?] = [:]
    ) throws {
        screen = TerminalEmulator(columnCount: columnCount, rowCount: rowCount)
        ours = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var number: Int32 = 0
        var isLocked: Int32 = 0
        guard ours >= 0, ioctl(ours, Self.unlock, &isLocked) == 0,
            ioctl(ours, Self.askNumber, &number) == 0
        else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        setSize()
        // What a person has, whatever the tests are run by.
        var variables = ProcessInfo.processInfo.environment
        for name in ["CI", "NO_COLOR"] { variables[name] = nil }
        variables["TERM"] = "xterm-256color"
        for (name, value) in environment { variables[name] = value }
        let program = name.hasPrefix("/") ? name : Command.products + "/" + name
        let code = Self.spawn(
            &process,
            [program] + arguments,
            variables.map { "\($0.key)=\($0.value)" },
            terminal: "/dev/pts/\(number)"
        )
        guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO) }
    }

    deinit {
        if status == nil {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        close(ours)
    }

    private static func spawn(
        _ process: inout pid_t,
        _ arguments: [String],
        _ variables: [String],
        terminal: String
    ) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        // The first terminal that the leader of a session opens is its own.
        // With no signal ignored or blocked, whatever the tests are run by.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes,
            Self.newSession | Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        )
        posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        let words = arguments.map { strdup($0) } + [nil]
        let settings = variables.map { strdup($0) } + [nil]
        defer { for word in words + settings { free(word) } }
        return posix_spawn(&process, arguments[0], &actions, &attributes, words, settings)
    }

    // MARK: What a person does

    /// Makes the window larger or smaller.
    package func resize(columnCount: Int, rowCount: Int) {
        screen.resize(columnCount: columnCount, rowCount: rowCount)
        setSize()
    }

    private func setSize() {
        var size = winsize()
        size.ws_col = UInt16(screen.columnCount)
        size.ws_row = UInt16(screen.rowCount)
        _ = ioctl(ours, UInt(TIOCSWINSZ), &size)
    }

    /// Types keys; Ctrl-C is `\u{3}`.
    package func type(_ keys: String) {
        let keys = Array(keys.utf8)
        _ = write(ours, keys, keys.count)
    }

    // MARK: What a person sees

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Reads until something holds of the screen, for at most a minute without anything new.
    /// - Returns: whether it came to hold.
    package func waits(until condition: (PseudoTerminal) throws -> Bool) rethrows -> Bool {
        while try !condition(self) {
            guard read() else { return try condition(self) }
        }
        return true
    }

    /// Reads what is written until the process ends.
    /// - Returns: the code with which it ended, or -1 and the signal.
    package func end() -> Int32 {
        while read() {}
        if status == nil {
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0 && errno == EINTR {}
            self.status = status
        }
        let status = status ?? -1
        return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
    }

    package func send(_ signal: Int32) { kill(process, signal) }

    /// Waits for something to be written; false when nobody can write any more.
    private func read() -> Bool {
        var descriptor = pollfd(fd: ours, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, 60_000) == 1 else { return false }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = Foundation.read(ours, &buffer, buffer.count)
        guard count > 0 else { return false }
        bytes += buffer[..<count]
        screen.write(buffer[..<count])
        return true
    }
}
