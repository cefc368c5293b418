/// Takes the byte order mark off the first line of a text: it is not part of the text.
struct ByteOrderMark {
    /// Whether the line that is read next begins with a mark.
    private var isNext: Bool

    /// Looks at the first bytes of a window that begins where a file's text does.
    init(atStartOf window: inout InputWindow) throws {
        try window.load(byteOrderMark.count)
        isNext = window.bytes.starts(with: byteOrderMark)
    }

    /// For a reader that begins elsewhere.
    init() { isNext = false }

    /// A line without the mark; nil where there is no line, as the mark is the whole text.
    ///
    /// Like all first lines it begins at 0, and so belongs to the piece that does.
    ///
    /// `isWholeText`: whether the line is all of the text, without a line end.
    @inline(__always)
    mutating func removed(
        from line: UnsafeRawBufferPointer,
        isWholeText: @autoclosure () -> Bool
    ) -> UnsafeRawBufferPointer? {
        guard isNext else { return line }
        isNext = false
        if line.count == byteOrderMark.count, isWholeText() { return nil }
        return UnsafeRawBufferPointer(rebasing: line[byteOrderMark.count...])
    }
}
