/// What a driver tells a task process, one frame each.
package enum TaskCommand: Hashable, Codable, Sendable {
    /// Map the flight recorder's page; the first command, so that even the first record is seen.
    case open(recorderPath: String)
    /// Run an attempt; only when no other one runs.
    case run(TaskSpec)
}

/// What a task process tells its driver, one frame each.
package enum TaskNotice: Hashable, Codable, Sendable {
    /// The process has built the job's plan, whose fingerprint this is.
    case ready(fingerprint: String)
    case ended(TaskReport)
}
