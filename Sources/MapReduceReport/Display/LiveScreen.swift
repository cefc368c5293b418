/// The size of a terminal, in cells.
package struct TerminalSize: Hashable, Sendable {
    package var columnCount: Int
    package var rowCount: Int

    package init(columnCount: Int, rowCount: Int) {
        self.columnCount = columnCount
        self.rowCount = rowCount
    }
}

/// Lines at the end of a terminal's text that are rewritten repeatedly; returns what to write.
///
/// Between two calls the cursor is on the first cell of the first line:
///
///     $ wordcount in.txt -o counts
///     █ordcount: 0/2 stages, 12 s         the lines, of fewer cells than the terminal has columns
///       stage 0 [===   ] 1/4 tasks
///                                         nothing below
///
/// So the first line stays where the cursor is, whatever the terminal does with its text when it is
/// resized: some terminals wrap lines that have become too long, others cut them off, and whatever
/// remains of them is after the cursor, where it is overwritten or erased. The echo of Ctrl-C is
/// overwritten as well. While the lines are written the terminal does not wrap, because it may have
/// become narrower since its size was read.
package struct LiveScreen: Sendable {
    private let isColored: Bool
    private var lines: [StyledLine] = []
    private var size: TerminalSize?

    package init(isColored: Bool) { self.isColored = isColored }

    /// Whether there is something to erase.
    package var isPainted: Bool { !lines.isEmpty }

    /// Returns what to write, in one piece, so that the screen shows these lines; empty if it
    /// already does.
    package mutating func paint(_ lines: [StyledLine], _ size: TerminalSize) -> String {
        if lines == self.lines, size == self.size { return "" }
        if lines.isEmpty { return erase() }
        self.lines = lines
        self.size = size
        return painted
    }

    /// Returns what to write to place text permanently above the lines.
    ///
    /// `text`: whole lines.
    package mutating func show(_ text: String) -> String {
        guard isPainted else { return text }
        return Self.erasing + text + painted
    }

    /// Returns what to write to erase the lines and put the cursor where they began.
    package mutating func erase() -> String {
        guard isPainted else { return "" }
        forget()
        return Self.erasing
    }

    /// Forgets the lines: they are no longer on the screen, or another program erases them.
    package mutating func forget() {
        lines = []
        size = nil
    }

    private static let erasing = "\r\u{1B}[J"

    private var painted: String {
        let text = lines.map { $0.text(isColored: isColored) }.joined(separator: "\u{1B}[K\r\n")
        let back = lines.count > 1 ? "\u{1B}[\(lines.count - 1)A" : ""
        return "\r\u{1B}[?7l" + text + "\u{1B}[J\u{1B}[?7h\r" + back
    }
}
