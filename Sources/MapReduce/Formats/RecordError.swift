internal import MapReduceEngine

/// A record that does not match its format or what the job expects, with its place.
///
/// Like any error that a closure throws, it fails the attempt; with `--max-bad-records`, the record
/// is skipped.
public struct RecordError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let message: String
    /// The file.
    public let path: String
    /// The offset where the record begins, in bytes of the file's text.
    public let offset: Int
    /// The column of the error, in bytes from 1; nil in a format without lines.
    public let column: Int?
    /// The line of the error, from 1.
    ///
    /// Nil in a closure: lines are counted after the attempt has failed.
    public internal(set) var line: Int?
    /// The number of line ends in the record before the column.
    let linesInRecord: Int

    /// `index`: the byte of the record where the error is; nil in a format without lines.
    ///
    /// `endsAtCR`: whether a lone CR also ends a line, as it ends a row.
    init(
        _ message: String,
        path: String,
        offset: Int,
        record: UnsafeRawBufferPointer,
        at index: Int?,
        endsAtCR: Bool
    ) {
        self.message = message
        self.path = path
        self.offset = offset
        guard let index else {
            column = nil
            linesInRecord = 0
            return
        }
        let before = UnsafeRawBufferPointer(rebasing: record.prefix(index))
        var ends = LineEnds(endsAtCR: endsAtCR)
        ends.count(in: before)
        linesInRecord = ends.count
        let end = before.lastIndex { $0 == 0x0A || endsAtCR && $0 == 0x0D }
        column = index - (end ?? -1)
    }

    /// The place and the message.
    public var description: String {
        guard let column else { return "\(path), record at byte \(offset): \(message)" }
        guard let line else {
            return "\(path), record at byte \(offset), column \(column): \(message)"
        }
        return "\(path):\(line):\(column): \(message)"
    }
}
