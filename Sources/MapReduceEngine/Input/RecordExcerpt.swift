package import MapReduceModel

/// Reads a record again, for the report of a crash.
package enum RecordExcerpt {
    /// The line of a split's file that begins at an offset of its text; nil when the file cannot be
    /// read any more.
    ///
    /// A gzip file is read from its beginning.
    package static func line(in split: Split, path: String, offset: Int) -> [UInt8]? {
        guard var piece = split.pieces.first(where: { $0.path == path }) else { return nil }
        if piece.compression == .none {
            // A process that crashed may have left anything on its flight recorder's page.
            guard (0..<piece.signature.byteCount).contains(offset) else { return nil }
            piece.byteCount = piece.signature.byteCount - offset
            piece.offset = offset
        }
        do {
            let reader = try LineReader(piece)
            while let line = try reader.next() {
                if reader.lineOffset == offset { return Array(line) }
                if reader.lineOffset > offset { return nil }
            }
        } catch {
            // The report is about another failure: without the record it is still true.
            return nil
        }
        return nil
    }
}
