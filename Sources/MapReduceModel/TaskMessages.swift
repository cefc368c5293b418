/// A command from a driver to a task process, one frame each.
package enum TaskCommand: Hashable, Codable, Sendable {
    /// Map the flight recorder's page; the first command, so that even the first record is
    /// recorded.
    case open(recorderPath: String)
    /// Run an attempt; sent only when no other one is running.
    case run(TaskSpec)
    /// Describe a key that a stage was working on: the process that did so is gone.
    case showKey(stage: Int, key: [UInt8])
}

/// A message from a task process to its driver, one frame each.
package enum TaskNotice: Hashable, Codable, Sendable {
    /// The process has built the job's plan, which has this fingerprint.
    case ready(fingerprint: String)
    case ended(TaskReport)
    /// The key as its type writes it.
    case key(String)
}
