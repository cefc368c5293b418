internal import MapReduceModel

/// A line of a log, before it becomes text.
struct LogLine {
    var time: String
    var level: String
    var service: String
    var message: String
    /// In order; none has a name that every line uses for itself.
    var fields: [(name: String, value: Value)]

    /// A value in terms of JSON.
    indirect enum Value {
        case text(String)
        /// A number or a word that JSON writes without quotes.
        case bare(String)
        case list([Value])
        case fields([(name: String, value: Value)])
    }

    /// Returns the line with its line end, in at most `maxByteCount` bytes: text that is too long
    /// is cut and ends in an ellipsis.
    func text(_ format: LogFormat, maxByteCount: Int) -> String {
        // Anything longer than this limit is cut; the limit shrinks until the line fits.
        var limit = maxByteCount
        var text = cut(to: limit).text(format)
        while text.utf8.count > maxByteCount, limit > 8 {
            limit /= 2
            text = cut(to: limit).text(format)
        }
        guard text.utf8.count > maxByteCount else { return text }
        var line = cut(to: limit)
        line.fields = []
        return line.text(format)
    }

    private func text(_ format: LogFormat) -> String {
        switch format {
        case .json:
            var all: [(name: String, value: Value)] = [
                ("time", .text(time)), ("level", .text(level)), ("service", .text(service)),
                ("message", .text(message)),
            ]
            all += fields
            return Value.fields(all).json + "\n"
        case .text:
            var text = "\(time) \(level) \(service): \(JSONText.escaped(message, quotes: false))"
            for (name, value) in fields { text += " \(name)=\(value.text)" }
            return text + "\n"
        }
    }

    private func cut(to limit: Int) -> LogLine {
        var line = self
        line.message = Value.cut(message, to: limit)
        line.fields = fields.prefix(limit).map { ($0.name, $0.value.cut(to: limit)) }
        return line
    }
}

extension LogLine.Value {
    fileprivate var json: String {
        switch self {
        case .text(let text): JSONText.quoted(text)
        case .bare(let text): text
        case .list(let values): "[" + values.map(\.json).joined(separator: ",") + "]"
        case .fields(let fields):
            "{"
                + fields.map { JSONText.quoted($0.name) + ":" + $0.value.json }.joined(
                    separator: ","
                )
                + "}"
        }
    }

    /// The value as text, in quotes where its end would otherwise be unclear.
    fileprivate var text: String {
        guard case .text(let text) = self else { return json }
        let isPlain =
            !text.isEmpty && !text.contains { $0 == " " || $0 == "=" }
            && JSONText.escaped(text, quotes: true) == text
        return isPlain ? text : json
    }

    fileprivate func cut(to limit: Int) -> LogLine.Value {
        switch self {
        case .text(let text): .text(Self.cut(text, to: limit))
        case .bare: self
        case .list(let values): .list(values.prefix(limit).map { $0.cut(to: limit) })
        case .fields(let fields):
            .fields(fields.prefix(limit).map { ($0.name, $0.value.cut(to: limit)) })
        }
    }

    fileprivate static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if result.utf8.count + UTF8.width(scalar) > limit { break }
            result.unicodeScalars.append(scalar)
        }
        return result + "…"
    }
}
