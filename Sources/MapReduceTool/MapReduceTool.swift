internal import ArgumentParser
internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceWorker

#if canImport(Glibc)
internal import Glibc
#endif

/// The command line of a cluster.
struct MapReduceTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mapreduce",
        abstract: "Runs MapReduce jobs on a cluster.",
        discussion: """
            To try it, start a cluster on this machine in one terminal, and submit a job, the \
            executable of a Swift package, in another one:

              mapreduce cluster --workers 2
              mapreduce submit ./wordcount logs/*.txt -o counts

            Options that say where and how a cluster runs, and are not given, are taken from the \
            environment (--coordinator from MAPREDUCE_COORDINATOR, --token-file from \
            MAPREDUCE_TOKEN_FILE, and so on; the token itself from MAPREDUCE_TOKEN), and then \
            from a file of such lines, NAME=VALUE: that of MAPREDUCE_CONFIG, or \
            ~/.config/mapreduce/config.
            """,
        version: "mapreduce \(Release.version) (protocol \(ClusterProtocol.version))",
        groupedSubcommands: commands.map { CommandGroup(name: $0.group, subcommands: $0.commands) }
    )

    /// The subcommands, in the groups that the help lists.
    private static var commands: [(group: String, commands: [any Documented.Type])] {
        [
            (
                "Job",
                [
                    SubmitCommand.self, JobsCommand.self, JobStatusCommand.self, TasksCommand.self,
                    LogsCommand.self, WaitCommand.self, CancelCommand.self, ReplayCommand.self,
                    ReportCommand.self, TraceCommand.self,
                ]
            ),
            (
                "Cluster",
                [
                    ClusterCommand.self, CoordinatorCommand.self, WorkerServiceCommand.self,
                    WorkersCommand.self, DoctorCommand.self,
                ]
            ),
            ("Local", [NewCommand.self, VerifyCommand.self, ManualCommand.self]),
        ]
    }

    /// Returns the notes for a subcommand's manual page; nil if there is no such subcommand.
    static func notes(of name: String) -> CommandNotes? {
        commands.flatMap(\.commands).first { $0.configuration.commandName == name }?.notes
    }

    /// Variables that determine where files are, in addition to this project's variables.
    private static let variables = ["TMPDIR", "HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"]

    /// Executes the arguments, by default those of the process.
    ///
    /// - Returns: The exit code.
    static func run(_ arguments: [String]?) async -> Int32 {
        fillStandardDescriptors()
        signal(SIGPIPE, SIG_IGN)
        do {
            try CurrentProcess.checkVariables(Self.variables)
            let words = try arguments ?? Array(CurrentProcess.arguments().dropFirst())
            var command = try await asyncParseAsRoot(ParserArguments.splittingEmptyValues(words))
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return 0
        } catch let code as ExitCode {
            return code.rawValue
        } catch {
            return report(error)
        }
    }

    /// Reports an error.
    ///
    /// - Returns: The exit code: 2 for an invalid command, 1 for other errors.
    private static func report(_ error: any Error) -> Int32 {
        switch error {
        case is ConfigurationError, is UsageError, is ArgumentError:
            Terminal.write("mapreduce: \(error)\n", to: 2)
            return 2
        case ClusterClient.CallError.refused(422, let detail):
            // The job's arguments or inputs are unusable.
            Terminal.write("mapreduce: \(detail.message)\n", to: 2)
            return 2
        case is ClusterClient.CallError, is FailedJobError, is ProcessError, is EngineError,
            is NotAJobError, is CoordinatorGoneError:
            Terminal.write("mapreduce: \(error)\n", to: 2)
            return 1
        default: break
        }
        let code = exitCode(for: error)
        if code == .success || code == .validationFailure {
            let isHelp = code == .success
            Terminal.write(fullMessage(for: error) + "\n", to: isHelp ? 1 : 2)
            return isHelp ? 0 : 2
        }
        Terminal.write("mapreduce: \(error)\n", to: 2)
        return 1
    }
}

/// An error that a command is invalid as typed.
struct UsageError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// An error that a job did not succeed.
struct FailedJobError: Error, CustomStringConvertible {
    let description: String
}
