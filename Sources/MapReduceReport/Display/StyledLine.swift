internal import MapReduceModel

/// A line of text with colors.
package struct StyledLine: Hashable, Sendable {
    /// A part of a line with a single style.
    package struct Run: Hashable, Sendable {
        package var text: String
        package var style: Style
    }

    /// The style of a part of a line; it adds no information to the text.
    package enum Style: String, Sendable {
        case plain = ""
        case bold = "1"
        case good = "32"
        case bad = "31"
    }

    package private(set) var runs: [Run] = []

    package init() {}

    /// Appends text, escaping what a terminal would interpret as a command.
    package mutating func append(_ text: String, _ style: Style = .plain) {
        if !text.isEmpty { runs.append(Run(text: text.printableLine, style: style)) }
    }

    package mutating func append(_ line: StyledLine) { runs += line.runs }

    package var cellCount: Int { runs.reduce(0) { $0 + DisplayWidth.cellCount(of: $1.text) } }

    /// The text without styles.
    package var plainText: String { runs.map(\.text).joined() }

    /// Returns the longest beginning of the line that takes at most `cellCount` cells.
    package func prefix(cellCount: Int) -> StyledLine {
        var line = StyledLine()
        var left = cellCount
        for run in runs {
            let text = DisplayWidth.prefix(of: run.text, cellCount: left)
            if !text.isEmpty { line.runs.append(Run(text: text, style: run.style)) }
            if text.utf8.count < run.text.utf8.count { break }
            left -= DisplayWidth.cellCount(of: text)
        }
        return line
    }

    /// Returns the line as it is written to a terminal.
    package func text(isColored: Bool) -> String {
        runs.map { run in
            isColored && run.style != .plain
                ? "\u{1B}[\(run.style.rawValue)m\(run.text)\u{1B}[0m" : run.text
        }.joined()
    }
}
