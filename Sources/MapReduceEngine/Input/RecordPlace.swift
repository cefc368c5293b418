package import MapReduceModel

/// Finds the line of a text where a record begins, for messages to users.
package enum RecordPlace {
    /// Returns the number, from 1, of the line that contains an offset of a file's text; nil if
    /// counting would take too long, in a part of a gzip file, and if the file can no longer be
    /// read.
    ///
    /// `endsAtCR`: whether a lone CR also ends a line, as it ends a row.
    package static func line(of offset: Int, in piece: FilePiece, endsAtCR: Bool) -> Int? {
        guard !piece.isPartOfGzip, 0...EngineLimits.maxCountedByteCount ~= offset else {
            return nil
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: EngineLimits.readByteCount,
            alignment: 16
        )
        defer { buffer.deallocate() }
        do {
            let source = try InputFile(piece).text()
            var left = offset
            var ends = LineEnds(endsAtCR: endsAtCR)
            while left > 0 {
                let room = UnsafeMutableRawBufferPointer(
                    rebasing: buffer[..<min(left, buffer.count)]
                )
                let count = try source.read(into: room)
                guard count > 0 else { return nil }
                ends.count(in: UnsafeRawBufferPointer(rebasing: room[..<count]))
                left -= count
            }
            return ends.count + 1
        } catch {
            // The report is about another failure: it is still correct without the line.
            return nil
        }
    }
}

/// Counts the line ends of a text.
package struct LineEnds {
    package private(set) var count = 0
    private let endsAtCR: Bool
    private var isAfterCR = false

    /// - Parameter endsAtCR: whether a lone CR also ends a line; a CRLF is always one line end.
    package init(endsAtCR: Bool) { self.endsAtCR = endsAtCR }

    /// Counts the line ends in the next part of the text.
    package mutating func count(in bytes: UnsafeRawBufferPointer) {
        guard endsAtCR else {
            for byte in bytes where byte == 0x0A { count += 1 }
            return
        }
        for byte in bytes {
            if byte == 0x0D || byte == 0x0A && !isAfterCR { count += 1 }
            isAfterCR = byte == 0x0D
        }
    }
}
