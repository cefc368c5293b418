internal import CPage
internal import MapReduceModel

/// The page that shows jobs: a self-contained document.
///
/// Its texts are in `Sources/CPage/page`; this type assembles them for each source of the page's
/// data.
package enum Page {
    /// The page that a coordinator serves at `/`: it requests all jobs and workers.
    ///
    /// It contains nothing about jobs, so people without access may read it.
    package static var live: String {
        document(mode: "live", policy: ["script-src 'unsafe-inline'", "connect-src 'self'"])
    }

    /// Returns the page of one job, which shows a fixed report.
    ///
    /// `report`: a `JobReport` in JSON.
    package static func report(_ report: String) -> String {
        document(mode: "report", policy: ["script-src 'unsafe-inline'"], report: escaped(report))
    }

    /// Returns the page of one job that runs on this machine, opened as a file: every second it
    /// reads what `answer` wrote next to it, until the job has ended.
    ///
    /// `name`: the name of that file, in the page's own folder.
    package static func following(_ name: String) -> String {
        document(
            mode: "file",
            policy: ["script-src 'unsafe-inline' file:"],
            report: escaped("{\"script\":\(JSONText.quoted(name))}")
        )
    }

    /// Returns the contents of the file that `following` reads.
    ///
    /// `report`: a `JobReport` in JSON.
    package static func answer(_ report: String) -> String {
        "window.mapreduceReport(\(escaped(report)));\n"
    }

    private static func document(mode: String, policy: [String], report: String = "") -> String {
        let common = [
            "default-src 'none'", "style-src 'unsafe-inline'", "img-src data:", "base-uri 'none'",
            "form-action 'none'",
        ]
        let parts = [
            "mode": mode,
            "skewPercent": "\(ReportLimits.skewPercent)",
            "policy": (common + policy).joined(separator: "; "),
            "style": text(page_style()),
            "script": text(page_script()),
            "report": report,
        ]
        return filled(text(page_document()), with: parts)
    }

    /// Replaces each name in double braces with its part.
    ///
    /// The contents of a part are not searched for names: a report may contain anything.
    static func filled(_ document: String, with parts: [String: String]) -> String {
        var result = ""
        var rest = document[...]
        while let start = rest.firstRange(of: "{{"), let end = rest.firstRange(of: "}}") {
            result += rest[..<start.lowerBound]
            result += parts[String(rest[start.upperBound..<end.lowerBound])] ?? ""
            rest = rest[end.upperBound...]
        }
        return result + rest
    }

    /// Escapes JSON for use in a script: no `<`, which could end the script, and no line
    /// separators, which some readers interpret as the end of a line.
    static func escaped(_ json: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(json.utf8.count)
        // The two bytes before: a line separator is E2 80 A8 or A9.
        var before: (UInt8, UInt8) = (0, 0)
        for byte in json.utf8 {
            switch byte {
            case UInt8(ascii: "<"): bytes.append(contentsOf: "\\u003c".utf8)
            case 0xA8 where before == (0xE2, 0x80), 0xA9 where before == (0xE2, 0x80):
                bytes.removeLast(2)
                bytes.append(contentsOf: (byte == 0xA8 ? "\\u2028" : "\\u2029").utf8)
            default: bytes.append(byte)
            }
            before = (before.1, byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func text(_ text: page_text) -> String {
        String(decoding: UnsafeBufferPointer(start: text.bytes, count: text.count), as: UTF8.self)
    }
}
