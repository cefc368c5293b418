internal import ArgumentParser
internal import MapReduceModel
internal import MapReduceProcess

/// The options for a command's output format.
struct FormatOptions: ParsableArguments {
    @Flag(help: "Print JSON, for programs.")
    var json = false

    /// Writes a value as JSON, or its text for users.
    func write(_ value: some Encodable, text: () -> String) throws {
        if json {
            Terminal.writeJSON(try JSONText.pretty(value), to: 1)
        } else {
            Terminal.write(text(), to: 1)
        }
    }
}

/// A table for users.
enum Table {
    static func text(_ head: [String], _ rows: [[String]]) -> String {
        // Measured as displayed; a cell has one line.
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
