/// Files that zstd compressed: how they are told, and who reads them.
///
/// They are read by executables that are built with the package trait `Zstd`, which need libzstd.
enum Zstandard {
    /// The first bytes of every frame with text.
    static let magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]

    /// Whether a file begins with a frame, or with one that holds no text and then a frame, as
    /// files of pzstd do.
    ///
    /// `head`: the first bytes of the file, 4 if it has so many.
    static func begins(_ file: OpenFile, head: [UInt8]) throws -> Bool {
        guard head.count == 4, head[0] & 0xf0 == 0x50, head[1...] == [0x2a, 0x4d, 0x18] else {
            return head == magic
        }
        return try withUnsafeTemporaryAllocation(byteCount: 4, alignment: 4) { bytes in
            guard try file.read(into: bytes, at: 4) == 4 else { return false }
            let byteCount = UInt32(littleEndian: bytes.load(as: UInt32.self))
            return try file.read(into: bytes, at: 8 + Int(byteCount)) == 4
                && bytes.elementsEqual(magic)
        }
    }

    /// The text of a file.
    static func text(of stored: any ByteSource, path: String) throws -> any ByteSource {
        #if Zstd
        return try ZstdSource(stored, path: path)
        #else
        throw EngineError(
            .badInput,
            "\(path) is compressed by zstd, which this executable is built without; decompress it "
                + "with unzstd first, or build with the package trait Zstd (swift build --traits "
                + "Zstd)"
        )
        #endif
    }
}
