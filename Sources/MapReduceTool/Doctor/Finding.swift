/// What one check found.
struct Finding: Hashable, Codable, Sendable {
    /// What was looked at: `this machine`, `coordinator`, `worker 3`, `cluster`, `job`.
    var subject: String
    /// In what respect.
    var check: String
    var outcome: Outcome
    /// What was seen, for people.
    var seen: String
    /// How to mend it; nil when all is well.
    var remedy: String?

    /// How good or bad it is.
    enum Outcome: String, Codable, Sendable {
        case ok
        /// Jobs run, but perhaps not well, or not everything could be looked at.
        case warning
        /// Jobs fail, or cannot use what was looked at.
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

/// All that a check of a cluster found.
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
