package import MapReduceModel

/// The header of a part, which is not a record: the column names of CSV.
package enum PartHeader {
    /// Returns the number of bytes of a part, as stored, that are its header; 0 if it has none.
    package static func byteCount(of part: OpenFile, _ style: OutputStyle) throws -> Int {
        guard style.format == .csv else { return 0 }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { buffer.deallocate() }
        let count = try part.read(into: buffer, at: 0)
        let head = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        switch style.compression {
        case .none: return head.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        case .gzip: return count > GzipBlocks.end.count ? GzipBlocks.memberByteCount(of: head) : 0
        }
    }
}
