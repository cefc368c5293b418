internal import ArgumentParser
internal import MapReduceModel
internal import MapReduceProcess

/// How a command shows what it found.
struct FormatOptions: ParsableArguments {
    @Flag(help: "Print JSON, for programs.")
    var json = false

    /// Writes a value as JSON, or as the text that it makes for people.
    func write(_ value: some Encodable, text: () -> String) throws {
        if json {
            Terminal.writeJSON(try JSONText.pretty(value), to: 1)
        } else {
            Terminal.write(text(), to: 1)
        }
    }
}

/// Columns for people.
enum Table {
    static func text(_ head: [String], _ rows: [[String]]) -> String {
        // Measured as they are shown; a cell has one line.
        let all = [head] + rows.map { $0.map(\.printableLine) }
        let widths = head.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
