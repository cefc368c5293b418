internal import MapReduceModel

/// Detects files whose lines end with CR alone, such as those from old Macs and some instruments.
///
/// Line readers accept LF and CRLF as line ends, so such a file would be one line. Text with CRs
/// within its lines, such as a log of progress bars, also has LFs.
package enum LoneReturns {
    /// Returns whether the first `EngineLimits.lineEndLookByteCount` of a file's text contain CRs
    /// between other bytes and no LF.
    package static func endLines(of file: PlannedFile) throws -> Bool {
        let source = try InputFile(file.wholePiece).text()
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
        defer { chunk.deallocate() }
        var byteCount = 0
        var hasReturn = false
        var isAfterReturn = false
        while byteCount < EngineLimits.lineEndLookByteCount {
            let count = try source.read(into: chunk)
            if count == 0 { break }
            if byteCount == 0,
                FileKind(head: UnsafeRawBufferPointer(rebasing: chunk[..<count])) != nil
            {
                return false
            }
            for byte in chunk[..<count] {
                // A NUL: the file is not text, so it is either rejected for that or wanted
                // unchanged.
                if byte == 0x0A || byte == 0 { return false }
                // A CR at the very end of a file does not separate two lines.
                if isAfterReturn { hasReturn = true }
                isAfterReturn = byte == 0x0D
            }
            byteCount += count
        }
        return hasReturn
    }
}
