/// Removes the byte order mark, which is not part of the text, from a text's first line.
struct ByteOrderMark {
    /// Whether the line read next begins with a mark.
    private var isNext: Bool

    /// Looks at the first bytes of a window that begins at the start of a file's text.
    init(atStartOf window: inout InputWindow) throws {
        try window.load(byteOrderMark.count)
        isNext = window.bytes.starts(with: byteOrderMark)
    }

    /// Creates an instance for a reader that begins elsewhere.
    init() { isNext = false }

    /// Returns a line without the mark, or nil if the mark is the whole text and there is no line.
    ///
    /// Like every first line, it begins at 0 and so belongs to the piece that begins there.
    ///
    /// `isWholeText`: whether the line is the whole text, without a line end.
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
