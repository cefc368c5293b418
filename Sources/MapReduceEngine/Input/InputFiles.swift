package import MapReduceModel

/// A file that a job reads, as it was when the job was planned.
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

    /// Creates the file that a whole-file piece stands for.
    package init(_ piece: FilePiece) {
        self.init(path: piece.path, compression: piece.compression, signature: piece.signature)
    }
}

/// Finds the files that a command-line argument refers to, in their current state.
package enum InputFiles {
    /// Returns the files that `FileSearch` finds.
    /// - Throws: `EngineError` of kind `badInput` if nothing is found or a file cannot be read.
    package static func find(_ argument: String) throws -> [PlannedFile] {
        try FileSearch(argument).paths.map(inspect)
    }

    /// Returns the same files, with copies in place of files whose reported size is wrong.
    ///
    /// `copy`: returns a copy, or nil to leave the file out.
    package static func find(
        _ argument: String,
        copy: (String) throws -> PlannedFile?
    ) throws -> [PlannedFile] {
        try FileSearch(argument).paths.compactMap { path in try plan(path) ?? copy(path) }
    }

    /// Returns the error for a file whose reported size is wrong.
    private static func wrongSize(_ path: String) -> EngineError {
        EngineError(
            .badInput,
            "the size of \(path) is not that of what it holds, as of files in /proc and /sys; copy "
                + "it to another file, and read that"
        )
    }

    /// Returns whether a file has as many bytes as the system reports: for files of `/proc`,
    /// `/sys`, and some user-space file systems, it reports 0 or an arbitrary size.
    package static func hasTrueSize(_ path: String) throws -> Bool {
        let file = try OpenFile(reading: path)
        return try file.holds(try file.signature())
    }

    /// Reads a file's size, time, and first bytes; for a large gzip file, as many as it takes to
    /// see whether it can be cut.
    package static func inspect(_ path: String) throws -> PlannedFile {
        guard let file = try plan(path) else { throw wrongSize(path) }
        return file
    }

    /// Does the same, but returns nil for a file whose reported size is wrong.
    package static func plan(_ path: String) throws -> PlannedFile? {
        let file = try OpenFile(reading: path)
        let signature = try file.signature()
        guard try file.holds(signature) else { return nil }
        let compression = try Compression(of: file, size: signature.byteCount)
        return PlannedFile(path: path, compression: compression, signature: signature)
    }
}
