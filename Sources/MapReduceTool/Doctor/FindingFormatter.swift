internal import MapReduceModel
internal import MapReduceReport

/// Formats findings as lines: one for each check, and below it how to fix what is wrong.
enum FindingFormatter {
    static func text(of findings: Findings, isColored: Bool) -> String {
        var text = ""
        for finding in findings.findings {
            let word = finding.outcome.rawValue
            let space = String(repeating: " ", count: 9 - word.count)
            text += "\(isColored ? colored(word, finding.outcome) : word)\(space)"
            text += "\(finding.subject): \(finding.check): \(finding.seen)".printable + "\n"
            if let remedy = finding.remedy {
                text += "         to mend it: \(remedy)".printable + "\n"
            }
        }
        let problems = Format.count(findings.problemCount, "problem")
        let warnings = Format.count(findings.warningCount, "warning")
        return text
            + "\(problems), \(warnings), \(Format.count(findings.findings.count, "check"))\n"
    }

    private static func colored(_ word: String, _ outcome: Finding.Outcome) -> String {
        let color =
            switch outcome {
            case .ok: "32"
            case .warning: "33"
            case .problem: "31"
            }
        return "\u{1B}[\(color)m\(word)\u{1B}[0m"
    }
}
