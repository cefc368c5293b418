/// Files that zstd compressed, which cannot be read yet.
enum Zstandard {
    /// The first bytes of every frame.
    static let magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]

    /// What to say of such a file.
    static func unreadable(_ path: String) -> EngineError {
        EngineError(
            .badInput,
            "\(path) is compressed by zstd, which cannot be read; decompress it with unzstd first"
        )
    }
}
