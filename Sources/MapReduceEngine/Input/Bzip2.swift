/// Recognizes and opens files compressed with bzip2.
///
/// Only executables built with the package trait `Bzip2`, which needs libbz2, read these files.
enum Bzip2 {
    /// Returns whether a file begins with a stream: the stream header, followed by the first bytes
    /// of a block or of the stream's end.
    ///
    /// `head`: the first 10 bytes of the file, or all of them if there are fewer.
    static func begins(_ head: some Collection<UInt8>) -> Bool {
        guard head.count >= 5, head.starts(with: Array("BZh".utf8)),
            let level = head.dropFirst(3).first, 0x31...0x39 ~= level
        else { return false }
        // A file truncated here still begins with a stream.
        let next = Array(head.dropFirst(4).prefix(6))
        return [block, end].contains { $0.starts(with: next) }
    }

    private static let block: [UInt8] = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]
    private static let end: [UInt8] = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]

    /// Returns the text of a file.
    static func text(of stored: any ByteSource, path: String) throws -> any ByteSource {
        #if Bzip2
        return try Bzip2Source(stored, path: path)
        #else
        throw EngineError(
            .badInput,
            "\(path) is compressed by bzip2, which this executable is built without; decompress it "
                + "with bunzip2 first, or build it with the package trait Bzip2 (traits: "
                + "[\"Bzip2\"] in Package.swift)"
        )
        #endif
    }
}
