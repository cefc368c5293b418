package import MapReduceModel

/// Steps through the records that belong to a piece of a file.
///
/// Whatever the cuts, each record of a file belongs to exactly one of the pieces.
package protocol RecordReader: AnyObject {
    /// The next record, valid until the following call; nil at the end of the piece.
    /// - Throws: `EngineError` when the file cannot be read, is damaged, or has changed, or when a
    ///   record is too long.
    func next() throws -> UnsafeRawBufferPointer?

    /// Where the last record returned begins: in bytes of the uncompressed text, or a virtual
    /// offset (`FilePiece.isPartOfGzip`).
    var recordOffset: Int { get }
}

extension FilePiece {
    /// Where the piece ends in its file.
    /// - Throws: `EngineError` of kind `badInput` when the file has no such piece: it comes from
    ///   another process, and may claim anything.
    func checkedEnd() throws -> Int {
        let (end, overflow) = offset.addingReportingOverflow(byteCount)
        guard offset >= 0, byteCount >= 0, !overflow, end <= signature.byteCount else {
            throw EngineError(
                .badInput,
                "\(path) has no \(byteCount) bytes at byte \(offset); run the job again"
            )
        }
        return end
    }

    /// Whether the offsets of records are those of the file itself.
    package var isPlain: Bool { compression == .none }
}
