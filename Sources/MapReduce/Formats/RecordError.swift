internal import MapReduceEngine

/// A record that is not what its format says, or not what the job asks for, with its place.
///
/// Where it is thrown it fails the attempt, as any error of a closure does, and with
/// `--max-bad-records` the record is passed over.
public struct RecordError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let message: String
    /// The file.
    public let path: String
    /// Where the record begins, in bytes of the file's text.
    public let offset: Int
    /// The column at which something is wrong, in bytes from 1; nil in a format without lines.
    public let column: Int?
    /// The line at which something is wrong, from 1.
    ///
    /// Nil in a closure: lines are counted when the attempt has failed.
    public internal(set) var line: Int?
    /// Line ends in the record before the column.
    let linesInRecord: Int

    /// `index`: the byte of the record at which something is wrong; nil in a format without lines.
    ///
    /// `endsAtCR`: whether a lone CR ends a line too, as it ends a row.
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
