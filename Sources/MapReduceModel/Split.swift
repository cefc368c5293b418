/// The input of one map task: ranges of files, read one after another.
package struct Split: Hashable, Codable, Sendable {
    package var pieces: [FilePiece]

    package init(pieces: [FilePiece]) { self.pieces = pieces }

    /// Sums of sizes that cannot be wrap instead of trapping.
    package var byteCount: Int { pieces.reduce(0) { $0 &+ $1.byteCount } }

    /// Bytes of the pieces before a place in one of them.
    ///
    /// In a gzip file, whose offsets are those of its text, no more than its size. In a part of one
    /// they are virtual offsets.
    package func byteCount(before offset: Int, in path: String) -> Int {
        var sum = 0
        for piece in pieces {
            if piece.path == path {
                let end = piece.offset &+ piece.byteCount
                let offset = piece.isPartOfGzip ? offset >> FilePiece.virtualOffsetShift : offset
                return sum &+ min(max(offset, piece.offset), end) &- piece.offset
            }
            sum &+= piece.byteCount
        }
        return 0
    }
}

/// A byte range of one file.
///
/// It owns the lines that begin in it.
package struct FilePiece: Hashable, Codable, Sendable {
    package var path: String
    /// Where the range begins, in bytes of the file as it is stored.
    package var offset: Int
    package var byteCount: Int
    package var compression: Compression
    package var signature: FileSignature

    package init(
        path: String,
        offset: Int,
        byteCount: Int,
        compression: Compression,
        signature: FileSignature
    ) {
        self.path = path
        self.offset = offset
        self.byteCount = byteCount
        self.compression = compression
        self.signature = signature
    }

    /// Whether it begins and ends within a file of many gzip members.
    ///
    /// The offset of a record in it is then a virtual one: where its member begins in the file,
    /// times 2 to the power of `virtualOffsetShift`, and where the record begins in the member's
    /// text. No two records of a file have the same, as no member is 65,536 times as long as it is
    /// stored.
    package var isPartOfGzip: Bool {
        compression == .gzipMembers && (offset != 0 || byteCount != signature.byteCount)
    }

    /// Whether the file is compressed in one piece, so that no other task can have a part of it.
    package var isUncut: Bool {
        switch compression {
        case .none, .gzipMembers: false
        case .gzip, .zstd, .bzip2, .xz: true
        }
    }

    /// Bits by which the place of a member is shifted in a virtual offset, as in BGZF.
    package static let virtualOffsetShift = 16
}

/// How a file is stored; told by its first bytes, never by its name.
package enum Compression: String, Codable, Sendable {
    case none
    /// One gzip member, or what looks like one.
    case gzip
    /// Several gzip members, at whose borders the file may be cut.
    case gzipMembers
    case zstd
    case bzip2
    case xz
}

/// What must not change about a file between planning and the end of reading it.
package struct FileSignature: Hashable, Codable, Sendable {
    package var byteCount: Int
    /// The time of last modification, in nanoseconds since 1970.
    package var modificationTime: Int64

    package init(byteCount: Int, modificationTime: Int64) {
        self.byteCount = byteCount
        self.modificationTime = modificationTime
    }
}
