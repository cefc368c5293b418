internal import ArgumentParser
internal import MapReduceDriver
internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport
internal import UnixSignals

#if canImport(Glibc)
internal import Glibc
#endif

/// Shows a job like a run on one machine, until it ends or a signal arrives.
struct JobWatcher {
    let client: CoordinatorClient
    let connection: ClientOptions
    let id: JobID
    /// The ID that distinguishes the job from others with its number.
    let uuid: String
    let description: JobDescription
    /// The time when the command started.
    let start: ContinuousClock.Instant

    /// The events that end the watching.
    private enum News: Sendable {
        case ended(JobStatus)
        case signal(Int32)
    }

    /// Watches the job to its end.
    ///
    /// - Throws: An error that determines how the command ends, if the job did not succeed.
    func watch() async throws {
        let watched = UnixSignal.notIgnored([.sigint, .sigterm, .sighup])
        let signals = await UnixSignalsSequence(trapping: watched)
        let news = try await withThrowingTaskGroup(of: News.self) { group in
            defer { group.cancelAll() }
            group.addTask { .ended(try await follow()) }
            group.addTask {
                for await signal in signals { return .signal(signal.number) }
                throw CancellationError()
            }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
        switch news {
        case .ended(let status): try report(status)
        case .signal(let signal): try await interrupted(by: signal)
        }
    }

    /// Shows the job until it has ended.
    private func follow() async throws -> JobStatus {
        var display = self.display
        // Also if a signal ends the watching: later output then has its own lines.
        defer { display.end() }
        var lastEvent = 0
        var silentSince: ContinuousClock.Instant?
        while true {
            do {
                let status = try await client.job(id, uuid, wait: ToolLimits.submitUpdateInterval)
                silentSince = nil
                if !description.isQuiet {
                    try await showEvents(&display, &lastEvent)
                    display.update(
                        RunProgress(status, of: description.plan, elapsed: .now - start)
                    )
                }
                if status.phase.isFinished { return status }
            } catch let error as ClusterClient.CallError {
                guard case .unreachable = error else { throw error }
                let since = silentSince ?? .now
                silentSince = since
                if .now - since > ToolLimits.submitPatience { throw error }
                try await Task.sleep(for: ToolLimits.submitRetryDelay)
            }
        }
    }

    private func showEvents(
        _ display: inout any RunDisplay,
        _ last: inout Int
    ) async throws {
        while true {
            let events = try await client.events(
                of: id,
                uuid,
                after: last,
                onlyNotable: !description.isVerbose
            )
            for event in events { display.didRecord(event.entry, job: description.plan) }
            guard let number = events.last?.number else { return }
            last = number
        }
    }

    private var display: any RunDisplay {
        Terminal.style(2).display(isQuiet: description.isQuiet, isVerbose: description.isVerbose)
    }

    /// Reports how the job ended.
    private func report(_ status: JobStatus) throws {
        if status.phase == .succeeded, !description.isQuiet {
            let elapsed = ContinuousClock.now - start
            Terminal.write(
                JobSummary.text(of: status, output: status.output, elapsed: elapsed),
                to: 2
            )
        }
        try JobEnd.check(status, connection)
    }

    // MARK: Signals

    /// Handles a signal: on a terminal, Ctrl-C asks for the user's intention; everything else
    /// cancels.
    private func interrupted(by signal: Int32) async throws {
        // A live display has erased the terminal's echo of Ctrl-C.
        if Terminal.style(2) == .plain { Terminal.write("\n", to: 2) }
        if signal == SIGINT, isatty(0) == 1, isatty(2) == 1, await wantsToDetach() {
            Terminal.write(
                "job \(id.number) goes on; `mapreduce wait \(id.number)` waits for its end, "
                    + "`mapreduce cancel \(id.number)` cancels it\n",
                to: 2
            )
            throw ExitCode(128 + signal)
        }
        do {
            try await client.cancel(id, uuid)
        } catch let error as ClusterClient.CallError {
            Terminal.write("mapreduce: the job could not be cancelled: \(error)\n", to: 2)
            throw ExitCode(128 + signal)
        }
        // Wait until nothing half-written is left.
        while try await !client.job(id, uuid, wait: ToolLimits.cancelWait).phase.isFinished {}
        Terminal.write("job \(id.number) is cancelled\n", to: 2)
        throw ExitCode(128 + signal)
    }

    /// Asks whether to detach; a second Ctrl-C, or no answer, cancels.
    private func wantsToDetach() async -> Bool {
        Terminal.write("cancel job \(id.number)? [y]es, or [n]o to let it go on: ", to: 2)
        let signals = await UnixSignalsSequence(trapping: .sigint)
        let (answers, answer) = AsyncStream.makeStream(of: Bool.self)
        let reader = Task.detached {
            let line = readLine() ?? "y"
            answer.yield(line.lowercased().hasPrefix("n"))
        }
        let interrupt = Task {
            for await _ in signals { answer.yield(false) }
        }
        defer {
            reader.cancel()
            interrupt.cancel()
        }
        for await wants in answers { return wants }
        return false
    }
}

/// The meaning of a job's end for a command's exit code.
enum JobEnd {
    /// - Throws: The error that ends the command, if the job did not succeed.
    static func check(_ status: JobStatus, _ connection: ClientOptions) throws {
        switch status.phase {
        case .succeeded, .running, .committing: return
        case .failed:
            let text = connection.report(of: status) ?? "the job failed"
            Terminal.write("\(status.name.printableLine): \(text)\n", to: 2)
            throw ExitCode(1)
        case .cancelled:
            Terminal.write("\(status.name.printableLine): the job was cancelled\n", to: 2)
            throw ExitCode(130)
        }
    }
}
