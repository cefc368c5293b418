package import MapReduceModel

/// Reads rows with their fields.
package protocol RowSource: RecordReader {
    /// The fields of the last row returned, valid as long as the row.
    var fields: UnsafeBufferPointer<RowField> { get }
    /// What is wrong with the last row returned.
    var problem: RowProblem? { get }
}

extension RowReader: RowSource {}

/// Reads the rows of a part of a gzip file with many members, where every row is a line.
package final class MemberRowReader: RowSource {
    private let lines: MemberLineReader
    @exclusivity(unchecked) private var scanner: RowScanner

    package init(_ piece: FilePiece, syntax: RowSyntax) throws {
        lines = try MemberLineReader(piece)
        scanner = RowScanner(syntax)
    }

    package var recordOffset: Int { lines.recordOffset }
    package var problem: RowProblem? { scanner.problem }
    package var fields: UnsafeBufferPointer<RowField> {
        UnsafeBufferPointer(rebasing: scanner.fields[..<scanner.fieldCount])
    }

    package func next() throws -> UnsafeRawBufferPointer? {
        while let line = try lines.next() {
            guard line.count > 0 else { continue }
            _ = scanner.scan(line, isAll: true)
            return line
        }
        return nil
    }
}
