import Foundation
import MapReduceEngine
import TestSupport
import Testing

/// A file that is not text: its name in the message, and its bytes.
private let files: [(name: String, bytes: [UInt8])] = [
    ("lzma", [0x5D, 0, 0, 0x80, 0]), ("lzip", Array("LZIP".utf8) + [1, 12]),
    ("lz4", [0x04, 0x22, 0x4D, 0x18, 0x64]), ("lz4", [0x02, 0x21, 0x4C, 0x18, 9]),
    ("lzop", [0x89] + Array("LZO\0\r\n\u{1A}\n".utf8)),
    ("snappy", [0xFF, 6, 0, 0] + Array("sNaPpY".utf8)),
    ("compress", [0x1F, 0x9D, 0x90, 0x61]), ("pack", [0x1F, 0x1E, 0, 0]),
    ("zip", Array("PK\u{3}\u{4}\u{14}".utf8)), ("zip", Array("PK\u{5}\u{6}\0\0".utf8)),
    ("7z", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0, 4]), ("RAR", Array("Rar!\u{1A}\u{7}\u{1}".utf8)),
    ("ar archive", Array("!<arch>\ndebian-binary   ".utf8)), ("RPM", [0xED, 0xAB, 0xEE, 0xDB, 3]),
    ("cabinet", Array("MSCF\0\0\0\0".utf8)),
    ("Parquet", Array("PAR1".utf8) + [0x15, 4, 0x15, 0x20]),
    ("ORC", Array("ORC".utf8) + [0x0A, 3, 0, 0]), ("Avro", Array("Obj\u{1}\u{4}".utf8)),
    ("Arrow", Array("ARROW1\0\0".utf8)), ("SQLite", Array("SQLite format 3\0\u{10}".utf8)),
    ("sequence file", Array("SEQ\u{6}\u{19}org".utf8)),
    ("HDF5", [0x89] + Array("HDF\r\n\u{1A}\n".utf8)),
    ("NetCDF", Array("CDF\u{1}".utf8)), ("NumPy", [0x93] + Array("NUMPY\u{1}\0v".utf8)),
    ("Office", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]),
    ("run", Array("MRUN".utf8) + [1, 0]),
    ("PDF", Array("%PDF-1.7\n".utf8)), ("ELF", [0x7F] + Array("ELF\u{2}\u{1}".utf8)),
    ("Windows", Array("MZ".utf8) + [0x90, 0, 3]), ("Java", [0xCA, 0xFE, 0xBA, 0xBE, 0]),
    ("WebAssembly", Array("\0asm\u{1}".utf8)), ("PNG", [0x89] + Array("PNG\r\n\u{1A}\n".utf8)),
    ("JPEG", [0xFF, 0xD8, 0xFF, 0xE0]), ("GIF", Array("GIF89a\u{1}\0\u{1}\0".utf8)),
    ("UTF-16", [0xFF, 0xFE, 0x61, 0, 0x0A, 0]), ("UTF-16", [0xFE, 0xFF, 0, 0x61, 0, 0x0A]),
    ("UTF-16", [0xFF, 0xFE, 0x2D, 0x4E]), ("UTF-32", [0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0]),
    ("UTF-32", [0, 0, 0xFE, 0xFF, 0, 0, 0, 0x61]),
]

@Suite struct TextCheckTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func problem(_ path: String, allowsNUL: Bool = true) throws -> String? {
        let file = try InputFiles.inspect(path)
        do {
            try TextCheck.check([file], allowsNUL: allowsNUL)
            return nil
        } catch let error as EngineError {
            #expect(error.kind == .badInput && error.message.contains(path))
            return error.message
        }
    }

    private func shell(_ command: String) throws -> Int32 {
        try Command.run("/bin/sh", ["-c", "cd '\(directory.path)' && \(command)"]).code
    }

    @Test func whatIsNotTextIsRefusedByName() throws {
        for (name, bytes) in files {
            for tail in [[], Array("some text, and more of it\n".utf8)]
            where tail.isEmpty || name != "UTF-16" {
                let message = try problem(directory.write("file", bytes + tail))
                #expect(message?.contains(name) ?? false, "\(name): \(message ?? "read")")
                #expect(message?.contains("--input-format text") ?? false)
            }
        }
    }

    @Test func theSameWithinWhatIsCompressed() throws {
        for (name, bytes) in files {
            try directory.write("file", bytes)
            try #require(try shell("gzip -nkf file") == 0)
            let message = try problem(directory("file.gz"))
            #expect(message?.contains(name) ?? false, "\(name): \(message ?? "read")")
        }
        try directory.write("file", "text\n")
        try #require(
            try shell("gzip -nkf file && gzip -nc file.gz > twice && bzip2 -c file | gzip > two")
                == 0
        )
        #expect(try problem(directory("file.gz")) == nil)
        #expect(try problem(directory("twice"))?.contains("gzip") ?? false)
        #expect(try problem(directory("two"))?.contains("bzip2") ?? false)
    }

    @Test func whatTheToolsMakeIsRefused() throws {
        try directory.write("a file with a long name.txt", "one two\n")
        for (command, name) in [
            ("tar -cf out 'a file with a long name.txt'", "tar"),
            ("tar --format=v7 -cf out 'a file with a long name.txt'", "tar"),
            ("tar --format=pax -cf out .", "tar"),
            ("tar -czf out 'a file with a long name.txt'", "tar"),
            ("python3 -c \"import zipfile; zipfile.ZipFile('out','w').write('/bin/sh')\"", "zip"),
            (
                "python3 -c \"import sqlite3; sqlite3.connect('out').execute('create table t(a)')"
                    + "\"",
                "SQLite"
            ),
            ("xz -c --format=lzma 'a file with a long name.txt' > out", "lzma"),
            ("printf 'a\\n' | iconv -t UTF-16 > out", "UTF-16"),
            ("printf 'a\\n' | iconv -t UTF-32 > out", "UTF-32"),
        ] where try shell("rm -f out; " + command) == 0 {
            let message = try problem(directory("out"))
            #expect(message?.contains(name) ?? false, "\(command): \(message ?? "read")")
        }
    }

    @Test func aNULIsInNoText() throws {
        for (place, isRefused) in [(0, true), (1, true), (65_535, true), (65_536, false)] {
            var text = [UInt8](repeating: 0x61, count: 70_000)
            text[place] = 0
            let path = try directory.write("text", text)
            #expect(try problem(path) == nil)
            let message = try problem(path, allowsNUL: false)
            #expect((message != nil) == isRefused, "\(place)")
            if isRefused { #expect(message?.contains("a NUL at byte \(place)") ?? false) }
        }
    }

    @Test(arguments: [
        "", "a", "\n", "PK is a name\n", "ORCHID,1\n", "PAR1,2\n", "PARENT\tchild\n", "MZ,1\n",
        "Obj\n",
        "SEQ 1\n", "CDF\n", "GIF89a is a format\n", "RIFF raff\n", "BZh9 is a name\n", "LZIP\n",
        "MSCF\n",
        "SQLite format 3 is a format\n", "%PD\n", "ID3\n", "MRUN\n", "FEA1 a\n", "hsqs\n", "OggS\n",
        "7z\n",
        "\u{FEFF}a\n", "Rar!\n", "!<arch\n", "\u{1}\u{2}\n", "1\u{1F}\n", "]\n", "ARROW1 b\n",
    ])
    func textsThatBeginAlikeAreRead(_ text: String) throws {
        let path = try directory.write("text", text)
        #expect(try problem(path, allowsNUL: false) == nil)
        let long = try directory.write("text", text + String(repeating: " more text\n", count: 100))
        #expect(try problem(long, allowsNUL: false) == nil)
    }

    @Test func latin1ThatBeginsLikeAMarkIsRead() throws {
        let path = try directory.write(
            "text",
            [0xFF, 0xFE, 0xFD, 0x20, 0x78, 0xFF, 0x0A, 0x61, 0x0A]
        )
        #expect(try problem(path, allowsNUL: false) == nil)
    }
}
