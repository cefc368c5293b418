package import MapReduceModel

/// Rereads a record for a crash report.
package enum RecordExcerpt {
    /// Returns the record that begins at an offset in a file of a split; nil if the file can no
    /// longer be read, and for a pair of a run.
    ///
    /// A compressed file is read from its beginning.
    package static func record(
        in split: Split,
        format: InputFormat,
        path: String,
        offset: Int
    ) -> [UInt8]? {
        guard var piece = split.pieces.first(where: { $0.path == path }) else { return nil }
        if piece.isPlain, format.cut != .nowhere {
            // A process that crashed may have left anything on its flight recorder's page.
            guard (0..<piece.signature.byteCount).contains(offset) else { return nil }
            piece.byteCount = piece.signature.byteCount - offset
            piece.offset = offset
        }
        do {
            guard let reader = try reader(of: piece, format: format) else { return nil }
            while let record = try reader.next() {
                if reader.recordOffset == offset { return Array(record) }
                if reader.recordOffset > offset { return nil }
            }
        } catch {
            // The report is about another failure: it is still correct without the record.
            return nil
        }
        return nil
    }

    private static func reader(
        of piece: FilePiece,
        format: InputFormat
    ) throws -> (any RecordReader)? {
        switch format {
        case .lines, .jsonLines:
            return piece.isPartOfGzip ? try MemberLineReader(piece) : try LineReader(piece)
        case .rows(let syntax):
            if piece.isPartOfGzip { return try MemberRowReader(piece, syntax: syntax) }
            return try RowReader(piece, syntax, beginsWithRow: piece.isPlain)
        case .fixed(let byteCount): return try FixedReader(piece, recordByteCount: byteCount)
        case .wholeFiles: return try WholeFileReader(piece)
        case .runs: return nil
        }
    }
}
