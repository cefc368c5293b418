internal import MapReduceModel

extension Compression {
    /// Determines how a file is stored from its first bytes; for a large gzip file, reads as many
    /// as it takes to see whether the file can be cut.
    init(of file: OpenFile, size: Int) throws {
        let head = try withUnsafeTemporaryAllocation(byteCount: 10, alignment: 1) { head in
            Array(head.prefix(try file.read(into: head, at: 0)))
        }
        if head.starts(with: GzipSource.magic) {
            self = try GzipMembers.areWorthCutting(file, size: size) ? .gzipMembers : .gzip
        } else if Zstandard.begins(head) {
            self = .zstd
        } else if Bzip2.begins(head) {
            self = .bzip2
        } else if head.starts(with: Xz.magic) {
            self = .xz
        } else {
            self = .none
        }
    }
}
