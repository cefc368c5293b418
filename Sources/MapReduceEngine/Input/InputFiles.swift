package import MapReduceModel

/// A file that a job reads, as it was found when the job was planned.
package struct PlannedFile: Hashable, Sendable {
    package var path: String
    package var compression: Compression
    package var signature: FileSignature

    package init(path: String, compression: Compression, signature: FileSignature) {
        self.path = path
        self.compression = compression
        self.signature = signature
    }

    /// The whole file as one piece.
    package var wholePiece: FilePiece {
        FilePiece(
            path: path,
            offset: 0,
            byteCount: signature.byteCount,
            compression: compression,
            signature: signature
        )
    }

    /// The file that a whole piece is.
    package init(_ piece: FilePiece) {
        self.init(path: piece.path, compression: piece.compression, signature: piece.signature)
    }
}

/// Finds the files that an argument of the command line means, as they are now.
package enum InputFiles {
    /// What `FileSearch` finds.
    /// - Throws: `EngineError` of kind `badInput` when nothing is found or a file cannot be read.
    package static func find(_ argument: String) throws -> [PlannedFile] {
        try FileSearch(argument).paths.map(inspect)
    }

    /// The same, with copies in the place of files whose size cannot be believed.
    ///
    /// `copy`: makes a copy, or nothing, which leaves the file out.
    package static func find(
        _ argument: String,
        copy: (String) throws -> PlannedFile?
    ) throws -> [PlannedFile] {
        try FileSearch(argument).paths.compactMap { path in try plan(path) ?? copy(path) }
    }

    /// The error for a file whose size cannot be believed.
    private static func wrongSize(_ path: String) -> EngineError {
        EngineError(
            .badInput,
            "the size of \(path) is not that of what it holds, as of files in /proc and /sys; copy "
                + "it to another file, and read that"
        )
    }

    /// Whether a file has as many bytes as the system says: files of `/proc`, `/sys` and some file
    /// systems in user space say 0 or anything, and have others.
    package static func hasTrueSize(_ path: String) throws -> Bool {
        let file = try OpenFile(reading: path)
        return try file.holds(try file.signature())
    }

    /// Reads a file's size, time and first bytes; of a large gzip file as many as it takes to see
    /// whether it can be cut.
    package static func inspect(_ path: String) throws -> PlannedFile {
        guard let file = try plan(path) else { throw wrongSize(path) }
        return file
    }

    /// The same; nil for a file whose size cannot be believed.
    package static func plan(_ path: String) throws -> PlannedFile? {
        let file = try OpenFile(reading: path)
        let signature = try file.signature()
        guard try file.holds(signature) else { return nil }
        let compression = try Compression(of: file, size: signature.byteCount)
        return PlannedFile(path: path, compression: compression, signature: signature)
    }
}
