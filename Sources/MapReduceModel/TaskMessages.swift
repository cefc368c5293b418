/// What a driver tells a task process, one frame each.
package enum TaskCommand: Hashable, Codable, Sendable {
    /// Map the flight recorder's page; the first command, so that even the first record is seen.
    case open(recorderPath: String)
    /// Run an attempt; only when no other one runs.
    case run(TaskSpec)
    /// Say how a key is written that a stage works on: the process that did is gone.
    case showKey(stage: Int, key: [UInt8])
}

/// What a task process tells its driver, one frame each.
package enum TaskNotice: Hashable, Codable, Sendable {
    /// The process has built the job's plan, whose fingerprint this is.
    case ready(fingerprint: String)
    case ended(TaskReport)
    /// The key as its type writes it.
    case key(String)
}
