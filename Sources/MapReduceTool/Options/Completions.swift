internal import ArgumentParser
internal import MapReduceControl
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceReport

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Shell completions for arguments whose values only a coordinator knows.
extension CompletionKind {
    /// The numbers of all jobs.
    static let job = CompletionKind.custom { words, _, _ in
        await Suggestions(words).jobs { _ in true }
    }

    /// The numbers of the jobs that have not ended.
    static let runningJob = CompletionKind.custom { words, _, _ in
        await Suggestions(words).jobs { !$0.phase.isFinished }
    }

    /// The names of the tasks of the job whose number precedes the argument.
    static let task = CompletionKind.custom { words, _, _ in await Suggestions(words).tasks() }

    /// The names of placement policies.
    static let placement = CompletionKind.list(Placement.allCases.map(\.rawValue))

    /// The names of log formats.
    static let logFormat = CompletionKind.list(LogFormat.allCases.map(\.rawValue))

    /// The log levels of services.
    static let logLevel = CompletionKind.list(["debug", "info", "warning", "error"])
}

/// Completion queries to a coordinator: the one that the command itself would use.
private struct Suggestions {
    private let line: CommandLineText

    init(_ words: [String]) {
        line = CommandLineText(words, home: ProcessInfo.processInfo.environment["HOME"] ?? "")
    }

    func jobs(where isWanted: @escaping @Sendable (JobStatus) -> Bool) async -> [String] {
        await ask { client in
            try await client.jobs().filter(isWanted).map { "\($0.id.number)" }
        }
    }

    func tasks() async -> [String] {
        guard let number = line.number else { return [] }
        return await ask { client in
            try await client.tasks(of: JobID(number)).prefix(ToolLimits.suggestionCount)
                .map { "\(TaskName(stage: $0.stage, index: $0.index))" }
        }
    }

    /// Returns the coordinator's answer, or nothing if it is slow or unavailable: during typing,
    /// users want neither delays nor errors; the command itself will report them.
    private func ask(
        _ question: @escaping @Sendable (CoordinatorClient) async throws -> [String]
    ) async -> [String] {
        var connection = ClientOptions.parsed(
            tokenFile: line.value(of: "token-file"),
            tlsCA: line.value(of: "tls-ca")
        )
        connection.coordinator = line.value(of: "coordinator")
        let options = connection
        do {
            return try await withThrowingTaskGroup(of: [String].self) { group in
                defer { group.cancelAll() }
                group.addTask { try await options.withClient(question) }
                group.addTask {
                    try await Task.sleep(for: ToolLimits.suggestionPatience)
                    return []
                }
                return try await group.next() ?? []
            }
        } catch {
            return []
        }
    }
}
