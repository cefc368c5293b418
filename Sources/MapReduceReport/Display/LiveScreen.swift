/// The size of a terminal, in cells.
package struct TerminalSize: Hashable, Sendable {
    package var columnCount: Int
    package var rowCount: Int

    package init(columnCount: Int, rowCount: Int) {
        self.columnCount = columnCount
        self.rowCount = rowCount
    }
}

/// Lines at the end of a terminal's text that are written anew again and again: says what to write.
///
/// Between two calls the cursor stands on the first cell of the first line:
///
///     $ wordcount in.txt -o counts
///     █ordcount: 0/2 stages, 12 s         the lines, of fewer cells than the terminal has columns
///       stage 0 [===   ] 1/4 tasks
///                                         nothing below
///
/// So the first line stays where the cursor is, whatever the terminal makes of its text when it is
/// resized: some wrap lines that have become too long, others cut them off, and all that is left
/// of them is behind the cursor, where it is overwritten or erased. What is echoed of Ctrl-C is
/// overwritten as well. While the lines are written the terminal does not wrap, as it may have
/// become narrower since it was asked for its size.
package struct LiveScreen: Sendable {
    private let isColored: Bool
    private var lines: [StyledLine] = []
    private var size: TerminalSize?

    package init(isColored: Bool) { self.isColored = isColored }

    /// Whether there is something to erase.
    package var isPainted: Bool { !lines.isEmpty }

    /// What to write for the lines to be on the screen, in one piece; empty when they are.
    package mutating func paint(_ lines: [StyledLine], _ size: TerminalSize) -> String {
        if lines == self.lines, size == self.size { return "" }
        if lines.isEmpty { return erase() }
        self.lines = lines
        self.size = size
        return painted
    }

    /// What to write for a text to stand above the lines for ever.
    ///
    /// `text`: whole lines.
    package mutating func show(_ text: String) -> String {
        guard isPainted else { return text }
        return Self.erasing + text + painted
    }

    /// What to write for the lines to be gone, with the cursor where they began.
    package mutating func erase() -> String {
        guard isPainted else { return "" }
        forget()
        return Self.erasing
    }

    /// The lines are not on the screen any more, or are somebody else's to erase.
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
