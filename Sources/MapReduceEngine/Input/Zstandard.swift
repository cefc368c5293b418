/// Recognizes and opens files compressed with zstd.
///
/// Only executables built with the package trait `Zstd`, which needs libzstd, read these files.
enum Zstandard {
    /// The first bytes of every frame that contains text.
    static let magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]

    /// Returns whether a file begins with a frame, or with one without text, as pzstd files do.
    ///
    /// No text begins like either, so what follows does not matter: if it is not a frame, reading
    /// the file reports that.
    static func begins(_ head: some Collection<UInt8>) -> Bool {
        if head.starts(with: magic) { return true }
        guard let first = head.first, first & 0xf0 == 0x50 else { return false }
        return head.dropFirst().starts(with: [0x2a, 0x4d, 0x18])
    }

    /// Returns the text of a file.
    static func text(of stored: any ByteSource, path: String) throws -> any ByteSource {
        #if Zstd
        return try ZstdSource(stored, path: path)
        #else
        throw EngineError(
            .badInput,
            "\(path) is compressed by zstd, which this executable is built without; decompress it "
                + "with unzstd first, or build it with the package trait Zstd (traits: "
                + "[\"Zstd\"] in Package.swift)"
        )
        #endif
    }
}
