/// The input of one map task: ranges of files, read one after another.
package struct Split: Hashable, Codable, Sendable {
    package var pieces: [FilePiece]

    package init(pieces: [FilePiece]) { self.pieces = pieces }

    /// Sums of impossible sizes wrap instead of trapping.
    package var byteCount: Int { pieces.reduce(0) { $0 &+ $1.byteCount } }

    /// Returns the bytes of the pieces before a position in one of them.
    ///
    /// For a gzip file, whose offsets are positions in its text, the result is limited to its size.
    /// In a part of a gzip file offsets are virtual.
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
    /// Where the range begins, in bytes of the file as stored.
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
    /// The offset of a record in it is then a virtual offset: the position of its member in the
    /// file, times 2 to the power of `virtualOffsetShift`, plus the position of the record in the
    /// member's text. No two records of a file have the same one, because no member is 65,536 times
    /// as long as its stored form.
    package var isPartOfGzip: Bool {
        compression == .gzipMembers && (offset != 0 || byteCount != signature.byteCount)
    }

    /// Whether the file is compressed in one piece, so that no other task can read a part of it.
    package var isUncut: Bool {
        switch compression {
        case .none, .gzipMembers: false
        case .gzip, .zstd, .bzip2, .xz: true
        }
    }

    /// The number of bits by which a member's position is shifted in a virtual offset, as in BGZF.
    package static let virtualOffsetShift = 16
}

/// How a file is stored, determined from its first bytes, never from its name.
package enum Compression: String, Codable, Sendable {
    case none
    /// One gzip member, or what looks like one.
    case gzip
    /// Several gzip members, at whose boundaries the file may be cut.
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
