internal import MapReduceModel

/// Tells files whose lines end in CR alone, as those of old Macs and some instruments do.
///
/// Readers of lines take LF and CRLF for ends, so that such a file would be one line. Text with CRs
/// in its lines, such as a log of progress bars, has LFs as well.
package enum LoneReturns {
    /// Whether the first `EngineLimits.lineEndLookByteCount` of a file's text have CRs between
    /// other bytes, and no LF.
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
                // A NUL: it is not text, and is refused for that, or wanted as it is.
                if byte == 0x0A || byte == 0 { return false }
                // One at the very end of a file ends no line that another one follows.
                if isAfterReturn { hasReturn = true }
                isAfterReturn = byte == 0x0D
            }
            byteCount += count
        }
        return hasReturn
    }
}
