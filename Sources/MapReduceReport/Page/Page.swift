internal import CPage
internal import MapReduceModel

/// The page that shows jobs: one document that needs nothing beside it.
///
/// Its texts are in `Sources/CPage/page`; here they are put together for the place that the page
/// gets what it shows from.
package enum Page {
    /// The page of a coordinator, which it serves at `/`: it asks for all jobs and workers.
    ///
    /// Holds nothing of any job: whoever is not allowed to ask may read it.
    package static var live: String {
        document(mode: "live", policy: ["script-src 'unsafe-inline'", "connect-src 'self'"])
    }

    /// The page of one job, which shows a report for ever.
    ///
    /// `report`: a `JobReport` in JSON.
    package static func report(_ report: String) -> String {
        document(mode: "report", policy: ["script-src 'unsafe-inline'"], report: escaped(report))
    }

    /// The page of one job that runs on this machine, opened as a file: each second it reads what
    /// `answer` wrote beside it, until the job has ended.
    ///
    /// `name`: the name of that file, in the page's own folder.
    package static func following(_ name: String) -> String {
        document(
            mode: "file",
            policy: ["script-src 'unsafe-inline' file:"],
            report: escaped("{\"script\":\(JSONText.quoted(name))}")
        )
    }

    /// What is in the file that `following` reads.
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

    /// Puts each part in the place of its name in double braces.
    ///
    /// What a part holds is not looked at: a report may say anything.
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

    /// JSON that may stand in a script: no `<`, which could end it, and no line separators, which
    /// some readers take for the end of a line.
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
