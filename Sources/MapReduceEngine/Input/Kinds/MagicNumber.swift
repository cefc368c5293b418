/// The first bytes of a kind of file that is not text.
struct MagicNumber {
    let bytes: [UInt8]
    /// Whether a text may begin with these bytes; if so, one of the next 16 bytes must be a control
    /// character.
    let isLetters: Bool
    let kind: FileKind

    func begins(_ head: UnsafeRawBufferPointer) -> Bool {
        guard head.starts(with: bytes) else { return false }
        return !isLetters
            || head.dropFirst(bytes.count).prefix(16).contains {
                $0 < 0x20 && !(0x09...0x0D ~= $0)
            }
    }

    private init(_ bytes: [UInt8], _ name: String, _ advice: String) {
        self.bytes = bytes
        isLetters = false
        kind = FileKind(name, advice)
    }

    private init(_ letters: String, _ name: String, _ advice: String) {
        bytes = Array(letters.utf8)
        isLetters = true
        kind = FileKind(name, advice)
    }

    static let all = compressed + archives + tables + others

    private static let compressed: [MagicNumber] = [
        MagicNumber([0x1F, 0x8B], "compressed by gzip", "decompress it with gunzip"),
        MagicNumber(Zstandard.magic, "compressed by zstd", "decompress it with unzstd"),
        MagicNumber(Xz.magic, "compressed by xz", "decompress it with unxz"),
        MagicNumber([0x5D, 0, 0], "compressed by lzma", "decompress it with unlzma"),
        MagicNumber("LZIP", "compressed by lzip", "decompress it with lzip -d"),
        MagicNumber([0x04, 0x22, 0x4D, 0x18], "compressed by lz4", "decompress it with unlz4"),
        MagicNumber([0x02, 0x21, 0x4C, 0x18], "compressed by lz4", "decompress it with unlz4"),
        MagicNumber(
            [0x89] + Array("LZO\0".utf8),
            "compressed by lzop",
            "decompress it with lzop -d"
        ),
        MagicNumber(
            [0xFF, 0x06, 0, 0] + Array("sNaPpY".utf8),
            "compressed by snappy",
            "decompress it with snzip -d"
        ),
        MagicNumber([0x1F, 0x9D], "compressed by compress", "decompress it with gunzip"),
        MagicNumber([0x1F, 0xA0], "compressed by compress -H", "decompress it with gunzip"),
        MagicNumber([0x1F, 0x1E], "compressed by pack", "decompress it with gunzip"),
    ]

    private static let archives: [MagicNumber] = [
        MagicNumber(Array("PK\u{3}\u{4}".utf8), "a zip archive", "unpack it with unzip"),
        MagicNumber(Array("PK\u{5}\u{6}".utf8), "a zip archive", "unpack it with unzip"),
        MagicNumber(Array("PK\u{7}\u{8}".utf8), "a zip archive", "unpack it with unzip"),
        MagicNumber([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive", "unpack it with 7z x"),
        MagicNumber(Array("Rar!\u{1A}\u{7}".utf8), "a RAR archive", "unpack it with unrar x"),
        MagicNumber(Array("!<arch>\n".utf8), "an ar archive", "unpack it with ar x"),
        MagicNumber([0xED, 0xAB, 0xEE, 0xDB], "an RPM package", "unpack it with rpm2cpio"),
        MagicNumber("MSCF", "a cabinet archive", "unpack it with cabextract"),
        MagicNumber("hsqs", "a SquashFS image", "unpack it with unsquashfs"),
    ]

    private static let toCSV = "write its rows as CSV or JSON lines, for example with duckdb"

    private static let tables: [MagicNumber] = [
        MagicNumber("PAR1", "a Parquet file", toCSV),
        MagicNumber("PARE", "an encrypted Parquet file", toCSV),
        MagicNumber("ORC", "an ORC file", toCSV),
        MagicNumber(Array("Obj\u{1}".utf8), "an Avro file", "convert it with avro-tools tojson"),
        MagicNumber(Array("ARROW1\0".utf8), "an Arrow file", toCSV),
        MagicNumber("FEA1", "a Feather file", toCSV),
        MagicNumber(
            Array("SQLite format 3\0".utf8),
            "a SQLite database",
            "write its rows with sqlite3 -csv"
        ),
        MagicNumber("SEQ", "a Hadoop sequence file", "convert it with hadoop fs -text"),
        MagicNumber(Array("RCF\u{1}".utf8), "an RCFile", "convert it with hive --rcfilecat"),
        MagicNumber([0x89] + Array("HDF\r\n".utf8), "an HDF5 file", "convert it with h5dump"),
        MagicNumber("CDF", "a NetCDF file", "convert it with ncdump"),
        MagicNumber([0x93] + Array("NUMPY".utf8), "a NumPy array", "write it with numpy.savetxt"),
        MagicNumber(
            [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1],
            "a document of Microsoft Office",
            "save it as CSV or text"
        ),
        MagicNumber(
            Array("MRUN".utf8) + [1],
            "a run of this engine",
            "read it with input.pairs, or write the output with --format tsv"
        ),
    ]

    private static let noText = "leave it out of the input"

    private static let others: [MagicNumber] = [
        MagicNumber(Array("%PDF-".utf8), "a PDF document", "convert it with pdftotext"),
        MagicNumber([0x7F] + Array("ELF".utf8), "an ELF executable", noText),
        MagicNumber([0xCF, 0xFA, 0xED, 0xFE], "a Mach-O executable", noText),
        MagicNumber("MZ", "a Windows executable", noText),
        MagicNumber(Array("\0asm".utf8), "a WebAssembly module", noText),
        MagicNumber([0xCA, 0xFE, 0xBA, 0xBE], "a Java class", noText),
        MagicNumber([0x89] + Array("PNG\r\n".utf8), "a PNG image", noText),
        MagicNumber([0xFF, 0xD8, 0xFF], "a JPEG image", noText),
        MagicNumber("GIF8", "a GIF image", noText),
        MagicNumber("RIFF", "a RIFF file (sound, video or WebP)", noText),
        MagicNumber("OggS", "an Ogg file", noText),
        MagicNumber("ID3", "an MP3 file", noText),
        MagicNumber(Array("fLaC\0".utf8), "a FLAC file", noText),
    ]
}
