package import MapReduceModel

/// Reads rows and their fields.
package protocol RowSource: RecordReader {
    /// The fields of the last returned row, valid as long as the row.
    var fields: UnsafeBufferPointer<RowField> { get }
    /// The problem with the last returned row, if any.
    var problem: RowProblem? { get }
}

extension RowReader: RowSource {}

/// Reads the rows of a part of a multi-member gzip file in which every row is a line.
package final class MemberRowReader: RowSource {
    private let lines: MemberLineReader
    @exclusivity(unchecked) private var scanner: RowScanner
    /// Also nil after the first row: only the first row can be the header.
    @exclusivity(unchecked) private var header: Int?

    /// `header`: where the row with the column names begins, which is not returned; nil for none.
    package init(_ piece: FilePiece, syntax: RowSyntax, header: Int? = nil) throws {
        lines = try MemberLineReader(piece, endsAtCR: true)
        scanner = RowScanner(syntax)
        self.header = header
    }

    package var recordOffset: Int { lines.recordOffset }
    package var problem: RowProblem? { scanner.problem }
    package var fields: UnsafeBufferPointer<RowField> {
        UnsafeBufferPointer(rebasing: scanner.fields[..<scanner.fieldCount])
    }

    package func next() throws -> UnsafeRawBufferPointer? {
        while let row = try lines.next() {
            guard row.count > 0 else { continue }
            let isHeader = header.map { $0 == lines.recordOffset } ?? false
            header = nil
            if isHeader { continue }
            _ = scanner.scan(row, isAll: true)
            return row
        }
        return nil
    }
}
