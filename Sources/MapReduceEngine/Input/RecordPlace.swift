package import MapReduceModel

/// Finds the line of a text at which a record begins, for a message to a person.
package enum RecordPlace {
    /// The number of the line, from 1, in which an offset of a file's text is; nil where counting
    /// would take too long, in a part of a gzip file, and if the file cannot be read any more.
    package static func line(of offset: Int, in piece: FilePiece) -> Int? {
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
            var line = 1
            while left > 0 {
                let room = UnsafeMutableRawBufferPointer(
                    rebasing: buffer[..<min(left, buffer.count)]
                )
                let count = try source.read(into: room)
                guard count > 0 else { return nil }
                for byte in room[..<count] where byte == 0x0A { line += 1 }
                left -= count
            }
            return line
        } catch {
            // The report is about another failure: without the line it is still true.
            return nil
        }
    }
}
