import Foundation

/// A process that a test started, with what it printed.
package struct CommandResult: Sendable {
    package var code: Int32
    /// Whether a signal ended it; `code` is then the signal.
    package var wasSignaled: Bool
    package var output: String
    package var errors: String
}

/// A process that did not end in time.
package struct Endless: Error {
    package var command: [String]
    package var errors: String
}

/// An executable of this package, run as its users run it.
package final class Command {
    private let process = Process()
    private let outputPath: String
    private let errorPath: String
    private let directory: TemporaryDirectory

    /// The folder of the products that were built with the tests.
    package static var products: String {
        let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return tests.deletingLastPathComponent().path
    }

    /// Prepares a run.
    ///
    /// `input`: the path of what standard input reads.
    ///
    /// `environment`: variables beside those of the test's process.
    package init(
        _ name: String,
        _ arguments: [String],
        input: String = "/dev/null",
        environment: [String: String] = [:],
        currentDirectory: String? = nil
    ) throws {
        directory = try TemporaryDirectory()
        outputPath = directory("output")
        errorPath = directory("errors")
        for path in [outputPath, errorPath] {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        process.executableURL = URL(
            fileURLWithPath: name.hasPrefix("/") ? name : Self.products + "/" + name
        )
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: input))
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: outputPath))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errorPath))
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        if let currentDirectory {
            process.currentDirectoryURL = URL(fileURLWithPath: currentDirectory)
        }
    }

    /// Starts the process.
    package func start() throws { try process.run() }

    package var processID: Int32 { process.processIdentifier }

    /// What the process has printed to standard error so far.
    package var errorsSoFar: String {
        (try? readText(errorPath)) ?? ""
    }

    /// What the process has printed to standard output so far.
    package var outputSoFar: String {
        (try? readText(outputPath)) ?? ""
    }

    package var isRunning: Bool { process.isRunning }

    package func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits for the end of the process.
    /// - Throws: `Endless` after ten minutes, when it has killed the process.
    package func wait() throws -> CommandResult {
        guard eventually(within: .seconds(600), { !process.isRunning }) else {
            send(SIGKILL)
            throw Endless(command: process.arguments ?? [], errors: errorsSoFar)
        }
        process.waitUntilExit()
        return CommandResult(
            code: process.terminationStatus,
            wasSignaled: process.terminationReason == .uncaughtSignal,
            output: try readText(outputPath),
            errors: try readText(errorPath)
        )
    }

    /// Runs an executable to its end on a thread of its own, for tests that serve its requests
    /// themselves: their threads must not wait for it.
    package static func runAside(
        _ name: String,
        _ arguments: [String],
        environment: [String: String] = [:]
    ) async throws -> CommandResult {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result { try run(name, arguments, environment: environment) }
                )
            }
        }
    }

    /// Runs an executable to its end.
    package static func run(
        _ name: String,
        _ arguments: [String],
        input: String = "/dev/null",
        environment: [String: String] = [:],
        currentDirectory: String? = nil
    ) throws -> CommandResult {
        let command = try Command(
            name,
            arguments,
            input: input,
            environment: environment,
            currentDirectory: currentDirectory
        )
        try command.start()
        return try command.wait()
    }
}

/// Whether this machine lets a test have disks of its own.
package let canMountDisks: Bool = {
    let result = try? Command.run(
        "/usr/bin/env",
        ["unshare", "-rm", "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
    )
    return result?.code == 0
}()

/// Whether the tests were built with a sanitizer; `.ci/sanitize` says so.
package let isSanitized = ProcessInfo.processInfo.environment["SANITIZED"] != nil

/// Checks until something holds, for at most a given time: for events of other processes, which
/// notify no one.
///
/// Pauses between two checks, so that the processes which it waits for get the processors.
/// - Returns: whether it held in time.
package func eventually(
    within patience: Duration = .seconds(180),
    _ condition: () throws -> Bool
) rethrows -> Bool {
    let deadline = ContinuousClock.now + patience
    var milliseconds: Int32 = 1
    while ContinuousClock.now < deadline {
        if try condition() { return true }
        poll(nil, 0, milliseconds)
        milliseconds = min(milliseconds * 2, 32)
    }
    return false
}

/// The root of the package.
package let packageRoot: String = {
    URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
}()
