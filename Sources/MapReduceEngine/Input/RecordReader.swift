package import MapReduceModel

/// Steps through the records that belong to a piece of a file.
///
/// Wherever the cuts are, each record of a file belongs to exactly one piece.
package protocol RecordReader: AnyObject {
    /// Returns the next record, valid until the next call; nil at the end of the piece.
    /// - Throws: `EngineError` if the file cannot be read, is damaged, or has changed, or if a
    ///   record is too long.
    func next() throws -> UnsafeRawBufferPointer?

    /// Where the last returned record begins: in bytes of the uncompressed text, or as a virtual
    /// offset (`FilePiece.isPartOfGzip`).
    var recordOffset: Int { get }
}

extension FilePiece {
    /// Returns where the piece ends in its file.
    /// - Throws: `EngineError` of kind `badInput` if the file has no such piece: the piece comes
    ///   from another process and may contain anything.
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

    /// Whether record offsets are offsets in the file itself.
    package var isPlain: Bool { compression == .none }
}
