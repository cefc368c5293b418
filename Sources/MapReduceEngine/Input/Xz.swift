/// Recognizes and opens files compressed with xz.
///
/// Only executables built with the package trait `Xz`, which needs liblzma, read these files.
enum Xz {
    /// The first bytes of every stream.
    static let magic: [UInt8] = [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]

    /// Returns the text of a file.
    static func text(of stored: any ByteSource, path: String) throws -> any ByteSource {
        #if Xz
        return try XzSource(stored, path: path)
        #else
        throw EngineError(
            .badInput,
            "\(path) is compressed by xz, which this executable is built without; decompress it "
                + "with unxz first, or build it with the package trait Xz (traits: [\"Xz\"] in "
                + "Package.swift)"
        )
        #endif
    }
}
