import Glibc

/// A file that is in memory alone, with a path under which it can be opened.
final class MemoryFile: Sendable {
    private let descriptor: Int32

    init() throws {
        let name = "/mapreduce-fuzz-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        descriptor = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { throw FuzzFinding("there is no memory for a file") }
        shm_unlink(name)
    }

    deinit { close(descriptor) }

    var path: String { "/proc/self/fd/\(descriptor)" }

    /// Replaces what is in the file.
    func set(_ bytes: [UInt8]) throws {
        try require(ftruncate(descriptor, 0) == 0, "a file in memory cannot be emptied")
        let count = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        try require(count == bytes.count, "a file in memory cannot be written")
    }
}

/// Lends a path at which there is nothing; what is there in the end is removed.
func withTemporaryPath(_ body: (String) throws -> Void) throws {
    var template = Array("/tmp/mapreduce-fuzz-XXXXXX".utf8CString)
    try require(mkdtemp(&template) != nil, "there is no room for a directory")
    let directory = template.withUnsafeBufferPointer { buffer in
        buffer.baseAddress.map { String(cString: $0) } ?? ""
    }
    let path = directory + "/file"
    defer {
        unlink(path)
        rmdir(directory)
    }
    try body(path)
}

/// Bytes that are taken from the front as numbers, for choices that an input makes.
struct ByteSupply {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// The next byte; 0 when there is none.
    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    /// The next eight bytes, little-endian.
    mutating func integer() -> Int {
        var bits: UInt64 = 0
        for shift in 0..<8 { bits |= UInt64(byte()) << UInt64(8 * shift) }
        return Int(truncatingIfNeeded: bits)
    }
}

/// The eight bytes that `ByteSupply.integer` reads.
func bytes(of integer: Int) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: integer >> (8 * $0)) }
}
