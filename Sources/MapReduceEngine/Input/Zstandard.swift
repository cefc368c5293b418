/// Files that zstd compressed: how they are told, and who reads them.
///
/// They are read by executables that are built with the package trait `Zstd`, which need libzstd.
enum Zstandard {
    /// The first bytes of every frame with text.
    static let magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]

    /// Whether a file begins with a frame, or with one that holds no text, as files of pzstd do.
    ///
    /// No text begins like either, so what follows does not matter: if it is not a frame, then
    /// reading the file says so.
    static func begins(_ head: some Collection<UInt8>) -> Bool {
        if head.starts(with: magic) { return true }
        guard let first = head.first, first & 0xf0 == 0x50 else { return false }
        return head.dropFirst().starts(with: [0x2a, 0x4d, 0x18])
    }

    /// The text of a file.
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
