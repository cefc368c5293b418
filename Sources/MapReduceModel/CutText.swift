extension String {
    /// Returns the text if it has at most `limit` bytes; otherwise as much of its beginning as
    /// fits, and its original length.
    ///
    /// A text that was cut fits, so it is not cut again.
    package func cut(toByteCount limit: Int) -> String {
        guard utf8.count > limit else { return self }
        let note = " … (cut: the text has \(utf8.count) bytes)"
        var end = utf8.index(startIndex, offsetBy: max(limit - note.utf8.count, 0))
        // Does not cut within a character: its later bytes begin with the bits 10.
        while end > startIndex, utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
        return self[..<end] + note
    }
}
