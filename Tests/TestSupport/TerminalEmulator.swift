/// A terminal that shows what is written to it: as much of one as the project's programs use.
///
/// Whatever else is written to it is kept as `unknown`. Its count of cells is not that of the code
/// under test.
package struct TerminalEmulator: Sendable {
    /// What becomes of lines when the terminal is resized.
    package enum Resizing: CaseIterable, Sendable {
        /// Lines are wrapped anew, the cursor stays on its character: VTE, kitty, Konsole, iTerm2.
        case wraps
        /// Lines are cut off or filled up, the cursor stays in its row: xterm, the Linux console.
        case cuts
    }

    private struct Row {
        /// The characters of the cells; empty for the second cell of a wide one, and `filler` for
        /// the last cell of a row where a wide one had no room.
        var cells: [String]
        /// Whether the line goes on in the next row.
        var isWrapped = false

        init(_ columnCount: Int) { cells = Array(repeating: " ", count: columnCount) }

        var isBlank: Bool { cells.allSatisfy { $0 == " " } }
    }

    private static let filler = "\0"

    package private(set) var columnCount: Int
    package private(set) var rowCount: Int
    /// All rows, those that have scrolled away first.
    private var rows: [Row]
    /// The row at the top of the screen.
    private var top = 0
    private var row = 0
    private var column = 0
    /// Whether the next character goes to the next row: the last one filled this.
    private var mustWrap = false
    private var wraps = true
    private let resizing: Resizing
    private var pending: [UInt8] = []
    /// Whether a color or bold is switched on.
    package private(set) var isStyled = false
    /// How often a color or bold was switched on.
    package private(set) var styleCount = 0
    /// Control characters and sequences that it does not know.
    package private(set) var unknown: [String] = []

    package init(columnCount: Int, rowCount: Int, resizing: Resizing = .wraps) {
        self.columnCount = columnCount
        self.rowCount = rowCount
        self.resizing = resizing
        rows = Array(repeating: Row(columnCount), count: rowCount)
    }

    // MARK: What is seen

    /// The lines from the first on, those that have scrolled away as well, to the last that is not
    /// blank; rows into which a line was wrapped are one.
    package var lines: [String] {
        var lines: [String] = []
        var goesOn = false
        for row in rows {
            let text = row.cells.filter { $0 != Self.filler }.joined()
            if goesOn { lines[lines.count - 1] += text } else { lines.append(text) }
            goesOn = row.isWrapped
        }
        lines = lines.map { line in String(line.reversed().drop { $0 == " " }.reversed()) }
        while lines.last == "" { lines.removeLast() }
        return lines
    }

    /// The cells of the screen, from the first row to the last.
    package var screenText: [String] { rows[top..<top + rowCount].flatMap(\.cells) }

    /// The cursor: the column, and what stands in its row.
    package var cursor: (column: Int, line: String) {
        (column, rows[row].cells.joined())
    }

    /// Whether lines that are too long are wrapped, as they should be when nobody writes.
    package var isWrapping: Bool { wraps }

    // MARK: What is written

    package mutating func write(_ text: String) { write(Array(text.utf8)) }

    package mutating func write(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            pending.append(byte)
            if let scalars = complete() {
                pending = []
                take(scalars)
            }
        }
    }

    /// The character or sequence that was read, if it is whole.
    private func complete() -> String? {
        guard let first = pending.first else { return nil }
        if first == 0x1B {
            guard pending.count > 1 else { return nil }
            let isSequence = pending[1] == UInt8(ascii: "[")
            if isSequence, pending.count == 2 || !(0x40...0x7E ~= pending[pending.count - 1]) {
                return nil
            }
            return String(decoding: pending, as: UTF8.self)
        }
        let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        return pending.count < length ? nil : String(decoding: pending, as: UTF8.self)
    }

    private mutating func take(_ text: String) {
        if text.hasPrefix("\u{1B}") { return obey(text) }
        guard let scalar = text.unicodeScalars.first else { return }
        switch scalar {
        case "\r":
            column = 0
            mustWrap = false
        case "\n": feed()
        case "\t":
            repeat { put(" ", 1) } while column % 8 != 0 && !mustWrap
        default:
            if scalar.value < 0x20 || 0x7F..<0xA0 ~= scalar.value {
                unknown.append(String(scalar.value, radix: 16))
            } else {
                put(text, Self.width(scalar))
            }
        }
    }

    /// A line feed, before which the terminal's driver puts a carriage return.
    private mutating func feed() {
        column = 0
        mustWrap = false
        row += 1
        if row == top + rowCount {
            rows.insert(Row(columnCount), at: row)
            top += 1
        }
    }

    private mutating func put(_ text: String, _ width: Int) {
        if width == 0 {
            var target = max(column - (mustWrap ? 0 : 1), 0)
            if rows[row].cells[target].isEmpty, target > 0 { target -= 1 }
            rows[row].cells[target] += text
            return
        }
        if mustWrap || column + width > columnCount {
            if wraps {
                if !mustWrap { rows[row].cells[column] = Self.filler }
                rows[row].isWrapped = true
                feed()
            } else {
                column = columnCount - width
            }
            mustWrap = false
        }
        if rows[row].cells[column].isEmpty, column > 0 { rows[row].cells[column - 1] = " " }
        for cell in column..<column + width { rows[row].cells[cell] = cell == column ? text : "" }
        column += width
        if column < columnCount, rows[row].cells[column].isEmpty { rows[row].cells[column] = " " }
        if column == columnCount {
            column -= 1
            mustWrap = wraps
        }
    }

    private mutating func obey(_ sequence: String) {
        let body = sequence.dropFirst(2).dropLast()
        let number = Int(body)
        switch sequence.last {
        case "A" where number ?? 1 > 0: row = max(row - (number ?? 1), top)
        case "K" where number ?? 0 == 0: erase(row, from: column)
        case "J" where number ?? 0 == 0:
            erase(row, from: column)
            for below in row + 1..<max(top + rowCount, row + 1) { erase(below, from: 0) }
        case "m":
            isStyled = !["", "0"].contains(body)
            if isStyled { styleCount += 1 }
        case "h" where body == "?7": wraps = true
        case "l" where body == "?7":
            wraps = false
        default: unknown.append(sequence)
        }
        if sequence.last == "A" { mustWrap = false }
    }

    private mutating func erase(_ row: Int, from column: Int) {
        if rows[row].cells[column].isEmpty, column > 0 { rows[row].cells[column - 1] = " " }
        for cell in column..<columnCount { rows[row].cells[cell] = " " }
        rows[row].isWrapped = false
    }

    /// Cells of the characters that tests write.
    private static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0x300...0x36F, 0x200B...0x200F, 0xFE00...0xFE0F: 0
        case 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xFF01...0xFF60, 0x1F300...0x1FAFF,
            0x20000...0x3FFFD:
            2
        default: 1
        }
    }
}

extension TerminalEmulator {
    // MARK: Another size

    package mutating func resize(columnCount: Int, rowCount: Int) {
        switch resizing {
        case .wraps: wrapAnew(columnCount)
        case .cuts: cut(columnCount)
        }
        self.columnCount = columnCount
        mustWrap = false
        column = min(column, columnCount - 1)
        self.rowCount = rowCount
        // What is blank at the end goes first, and then what is at the top; the cursor stays.
        while rows.count - 1 > row, rows.count > rowCount, rows[rows.count - 1].isBlank {
            rows.removeLast()
        }
        top = min(max(rows.count - rowCount, 0), row)
        if rows.count > top + rowCount { rows.removeLast(rows.count - top - rowCount) }
        while rows.count < top + rowCount { rows.append(Row(columnCount)) }
    }

    private mutating func cut(_ columnCount: Int) {
        for index in rows.indices {
            var cells = Array(rows[index].cells.prefix(columnCount))
            while cells.count < columnCount { cells.append(" ") }
            rows[index].cells = cells
        }
    }

    private mutating func wrapAnew(_ columnCount: Int) {
        var result: [Row] = []
        var cursor = (row: 0, column: 0)
        var start = 0
        while start < rows.count {
            var end = start
            while rows[end].isWrapped, end + 1 < rows.count { end += 1 }
            var cells = rows[start...end].flatMap(\.cells)
            let offset =
                start...end ~= row ? (row - start) * self.columnCount + column : nil
            while cells.last == " ", cells.count - 1 > offset ?? -1 { cells.removeLast() }
            var line = [Row(columnCount)]
            var used = 0
            for (index, cell) in cells.enumerated() where !cell.isEmpty && cell != Self.filler {
                let width = index + 1 < cells.count && cells[index + 1].isEmpty ? 2 : 1
                if used + width > columnCount {
                    if used < columnCount { line[line.count - 1].cells[used] = Self.filler }
                    line[line.count - 1].isWrapped = true
                    line.append(Row(columnCount))
                    used = 0
                }
                if index == offset { cursor = (result.count + line.count - 1, used) }
                for part in 0..<width {
                    line[line.count - 1].cells[used + part] = part == 0 ? cell : ""
                }
                used += width
            }
            result += line
            start = end + 1
        }
        rows = result
        (row, column) = cursor
    }
}
