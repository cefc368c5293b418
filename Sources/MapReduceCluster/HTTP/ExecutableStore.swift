internal import Crypto
internal import MapReduceEngine
internal import MapReduceProcess
internal import NIOCore

#if canImport(Glibc)
internal import Glibc
#endif

/// Executables of jobs, named by the SHA-256 of their bytes; nothing is there under its name
/// before its digest was verified.
struct ExecutableStore: Sendable {
    let directory: String
    /// The largest executable that is taken, in bytes.
    let maxByteCount: Int

    init(directory: String, maxByteCount: Int) throws {
        self.directory = directory
        self.maxByteCount = maxByteCount
        try Files.createDirectory(directory)
        // What an earlier process did not finish.
        for name in try Files.names(in: directory) where name.hasSuffix(".partial") {
            try Files.remove("\(directory)/\(name)")
        }
    }

    /// Whether a text is a digest, and so can be part of a path.
    static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }
    }

    func path(of digest: String) -> String { "\(directory)/\(digest)" }

    func contains(_ digest: String) throws -> Bool {
        try Self.isDigest(digest) && Files.kind(of: path(of: digest)) == .file
    }

    func remove(_ digest: String) throws { try Files.remove(path(of: digest)) }

    /// Removes executables that are not used, all but so many.
    func removeAll(but used: [String], keeping count: Int) throws {
        let unused = try Files.names(in: directory).filter {
            Self.isDigest($0) && !used.contains($0)
        }
        for digest in unused.dropFirst(count) { try remove(digest) }
    }

    /// Takes the bytes of an executable.
    /// - Throws: `ClusterError` when they are too many, or their digest is another one.
    func add<Bytes: AsyncSequence>(_ digest: String, _ bytes: Bytes) async throws
    where Bytes.Element == ByteBuffer {
        var writer = try VerifiedWriter(
            partialPath: "\(directory)/\(digest)-\(UInt64.random(in: 0 ... .max)).partial",
            maxByteCount: maxByteCount
        )
        do {
            for try await buffer in bytes { try await writer.write(buffer) }
            try await writer.commit(as: path(of: digest), digest: digest)
        } catch {
            try writer.discard()
            throw error
        }
    }

    /// The digest of a file.
    static func digest(of path: String) throws -> String {
        let file = try OpenFile(reading: path)
        var hash = SHA256()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var offset = 0
        while true {
            let count = try file.read(into: buffer, at: offset)
            if count == 0 { return text(hash.finalize()) }
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += count
        }
    }

    static func text(_ digest: SHA256.Digest) -> String {
        digest.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }
}

/// Writes a file under a name of its own until its digest is known to be right.
private struct VerifiedWriter {
    // One task writes, and waits for each write.
    private let file: Handed<OpenFile>
    private let partialPath: String
    private let maxByteCount: Int
    private var hash = SHA256()
    private var byteCount = 0

    init(partialPath: String, maxByteCount: Int) throws {
        self.partialPath = partialPath
        self.maxByteCount = maxByteCount
        file = Handed(try OpenFile(creating: partialPath))
    }

    mutating func write(_ buffer: ByteBuffer) async throws {
        byteCount += buffer.readableBytes
        guard byteCount <= maxByteCount else {
            throw ClusterError(
                .contentTooLarge,
                "too-large",
                "an executable may have \(maxByteCount) bytes; strip it, or raise --max-upload"
            )
        }
        buffer.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
        let file = self.file
        try await blocking { try buffer.withUnsafeReadableBytes { try file.value.write($0) } }
    }

    func commit(as path: String, digest: String) async throws {
        let found = ExecutableStore.text(hash.finalize())
        guard found == digest else {
            throw ClusterError.badRequest(
                "the bytes have the SHA-256 \(found), and not \(digest); send them again"
            )
        }
        let file = self.file
        let partialPath = self.partialPath
        try await blocking {
            try file.value.sync()
            // A file that is open for writing cannot be executed.
            file.value.close()
            guard chmod(partialPath, 0o700) == 0 else {
                throw EngineError.system("make executable", partialPath, errno: errno)
            }
            try Files.rename(partialPath, to: path)
        }
    }

    func discard() throws { try Files.remove(partialPath) }
}
