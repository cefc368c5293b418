/// The result of one check.
struct Finding: Hashable, Codable, Sendable {
    /// The subject of the check: `this machine`, `coordinator`, `worker 3`, `cluster`, `job`.
    var subject: String
    /// The aspect that was checked.
    var check: String
    var outcome: Outcome
    /// The observation, for users.
    var seen: String
    /// How to fix it; nil if all is well.
    var remedy: String?

    /// The severity of a finding.
    enum Outcome: String, Codable, Sendable {
        case ok
        /// Jobs run, but perhaps not well, or not everything could be checked.
        case warning
        /// Jobs fail, or cannot use the subject.
        case problem
    }

    static func ok(_ subject: String, _ check: String, _ seen: String) -> Finding {
        Finding(subject: subject, check: check, outcome: .ok, seen: seen)
    }

    static func warning(
        _ subject: String,
        _ check: String,
        _ seen: String,
        _ remedy: String
    ) -> Finding {
        Finding(subject: subject, check: check, outcome: .warning, seen: seen, remedy: remedy)
    }

    static func problem(
        _ subject: String,
        _ check: String,
        _ seen: String,
        _ remedy: String
    ) -> Finding {
        Finding(subject: subject, check: check, outcome: .problem, seen: seen, remedy: remedy)
    }
}

/// All findings of a check of a cluster.
struct Findings: Codable, Sendable {
    var findings: [Finding]
    var problemCount: Int
    var warningCount: Int

    init(_ findings: [Finding]) {
        self.findings = findings
        problemCount = findings.count { $0.outcome == .problem }
        warningCount = findings.count { $0.outcome == .warning }
    }
}
