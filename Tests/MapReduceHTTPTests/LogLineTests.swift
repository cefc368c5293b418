import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import MapReduceHTTP

/// Lines that services log.
@Suite struct LogLineTests {
    /// The lines that a logger writes in the body.
    private func lines(
        _ format: LogFormat,
        _ body: (inout Logger) throws -> Void
    ) rethrows
        -> [String]
    {
        let written = Lines()
        var logger = Logger(label: "worker") { service in
            LineLogHandler(service: service, format: format) { line in written.add(line) }
        }
        try body(&logger)
        return written.all
    }

    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        func add(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    private func object(_ line: String) throws -> [String: Any] {
        #expect(line.hasSuffix("}\n"))
        #expect(line.dropLast().allSatisfy { !$0.isNewline })
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
        return try #require(object as? [String: Any])
    }

    private static let odd = [
        "", "plain", "with \"quotes\"", "back\\slash", "two\nlines\r\nof\ttext", "\u{0}\u{1B}[31m",
        "{\"json\":1}", "naïve — 日本語 🎉", "\u{2028}\u{85}", "a=b", "\\n",
    ]

    @Test(arguments: odd) func aLineIsAnObject(_ text: String) throws {
        let lines = lines(.json) { logger in
            logger.warning(
                "\(text)",
                metadata: [
                    "value": "\(text)", "list": ["\(text)", .stringConvertible(1)],
                    "inner": ["deep": "\(text)"], "count": .stringConvertible(7),
                    "ratio": .stringConvertible(0.5), "flag": .stringConvertible(true),
                    "odd \"name\"\n": "x", "none": .stringConvertible(Double.nan),
                ]
            )
        }
        let object = try object(try #require(lines.first))
        #expect(lines.count == 1)
        #expect(object["message"] as? String == text)
        #expect(object["value"] as? String == text)
        #expect((object["list"] as? [Any])?.first as? String == text)
        #expect((object["inner"] as? [String: Any])?["deep"] as? String == text)
        #expect(object["count"] as? Int == 7)
        #expect(object["ratio"] as? Double == 0.5)
        #expect(object["flag"] as? Bool == true)
        #expect(object["none"] as? String == "nan")
        #expect(object["odd \"name\"\n"] as? String == "x")
        #expect(object["level"] as? String == "warning")
        #expect(object["service"] as? String == "worker")
        let time = try #require(object["time"] as? String)
        #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(time)")
    }

    @Test(arguments: odd) func aLineOfTextIsOne(_ text: String) throws {
        let lines = lines(.text) { $0.info("\(text)", metadata: ["value": "\(text)"]) }
        let line = try #require(lines.first)
        #expect(lines.count == 1)
        #expect(line.unicodeScalars.dropLast().allSatisfy { $0.value >= 0x20 })
        #expect(line.contains(" info worker: "))
        // What would not be seen as one word is in quotes, as JSON has it.
        let value = try #require(line.split(separator: " value=", maxSplits: 1).last)
        if value.hasPrefix("\"") {
            let list = try JSONDecoder().decode([String].self, from: Data("[\(value)]".utf8))
            #expect(list == [text])
        } else {
            #expect(value == text + "\n")
        }
    }

    /// What every line has is not taken for a field, nor the other way round.
    @Test func fieldsDoNotHideWhatEveryLineHas() throws {
        let lines = lines(.json) { logger in
            logger[metadataKey: "attempt"] = "of the logger"
            logger[metadataKey: "service"] = "another"
            logger.handler.metadataProvider = Logger.MetadataProvider { ["worker": "provided"] }
            logger.error("message", metadata: ["message": "field", "attempt": "of the event"])
        }
        let object = try object(try #require(lines.first))
        #expect(object["message"] as? String == "message")
        #expect(object["message_"] as? String == "field")
        #expect(object["service"] as? String == "worker")
        #expect(object["service_"] as? String == "another")
        #expect(object["attempt"] as? String == "of the event")
        #expect(object["worker"] as? String == "provided")
    }

    /// A pipe takes a line as a whole, however long what it tells is.
    @Test func linesAreBounded() throws {
        let long = String(repeating: "ü\"\n", count: 10_000)
        let many = Dictionary(
            uniqueKeysWithValues: (0..<500).map {
                ("name\($0)", Logger.MetadataValue.string(long))
            }
        )
        for fields in [
            ["error": "\(long)"], ["list": .array(Array(many.values.prefix(90)))], many,
        ] {
            for format in LogFormat.allCases {
                let lines = lines(format) { $0.error("\(long)", metadata: fields) }
                let line = try #require(lines.first)
                #expect(line.utf8.count <= 4096)
                #expect(line.contains("…"))
                if format == .json { #expect(try object(line)["message"] != nil) }
            }
        }
        let short = lines(.json) { $0.error("short", metadata: ["error": "\(long)"]) }
        #expect(try object(short[0])["message"] as? String == "short")
        #expect(short[0].utf8.count > 1000)
    }
}
