package import Crypto
internal import HTTPTypes
internal import MapReduceEngine
package import MapReduceModel
internal import MapReduceProcess
package import NIOCore

#if canImport(Glibc)
internal import Glibc
#endif

/// A store of executables or side files of jobs, named by the SHA-256 of their bytes; a file gets
/// its name only after its digest is verified.
package struct DigestStore: Sendable {
    /// The kind of files in a store.
    package enum Content: String, Sendable {
        case executable = "executable"
        case file = "side file"

        /// The permissions of a file; a file in the store is never written to again.
        fileprivate var permissions: UInt32 {
            switch self {
            case .executable: 0o700
            case .file: 0o400
            }
        }
    }

    package let content: Content
    package let directory: String
    /// The size of the largest file accepted, in bytes.
    let maxByteCount: Int

    package init(_ content: Content, directory: String, maxByteCount: Int) throws {
        self.content = content
        self.directory = directory
        self.maxByteCount = maxByteCount
        try Files.createDirectory(directory)
        // An earlier process did not finish these.
        for name in try Files.names(in: directory) where name.hasSuffix(".partial") {
            try Files.remove("\(directory)/\(name)")
        }
    }

    /// Returns whether a text is a digest, and so can be part of a path.
    package static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }
    }

    package func path(of digest: String) -> String { "\(directory)/\(digest)" }

    package func contains(_ digest: String) throws -> Bool {
        try Self.isDigest(digest) && Files.kind(of: path(of: digest)) == .file
    }

    package func remove(_ digest: String) throws { try Files.remove(path(of: digest)) }

    /// Removes the unused files, except `count` of them.
    package func removeAll(but used: [String], keeping count: Int) throws {
        let unused = try Files.names(in: directory).filter {
            Self.isDigest($0) && !used.contains($0)
        }
        for digest in unused.dropFirst(count) { try remove(digest) }
    }

    /// Adds a file from its bytes.
    /// - Throws: `ClusterError` if there are too many bytes, or if their digest is a different one.
    package func add<Bytes: AsyncSequence>(_ digest: String, _ bytes: Bytes) async throws
    where Bytes.Element == ByteBuffer {
        var writer = try VerifiedWriter(
            partialPath: "\(directory)/\(digest)-\(UInt64.random(in: 0 ... .max)).partial",
            content: content,
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

    /// Fetches a side file from a coordinator, unless it is in the store.
    ///
    /// `base`: the coordinator's URL, including the version.
    package func fetch(
        _ file: UploadedFile,
        from base: String,
        _ client: ClusterClient
    ) async throws {
        guard Self.isDigest(file.sha256), SideFileName.isValid(file.name) else {
            throw ClusterError.badRequest(
                "\(file.name) with the digest \(file.sha256) is no side file"
            )
        }
        guard try !contains(file.sha256) else { return }
        try await add(file.sha256, try await client.bytes("\(base)/files/\(file.sha256)"))
    }

    /// Links a side file into a directory under its name, where it stays when the store drops it.
    package func link(_ file: UploadedFile, into directory: String) throws {
        try Files.link(path(of: file.sha256), at: "\(directory)/\(file.name)")
    }

    /// Returns the digest of a file.
    package static func digest(of path: String) throws -> String {
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

    package static func text(_ digest: SHA256.Digest) -> String {
        digest.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }
}

/// A writer of a file that has a temporary name until its digest is verified.
private struct VerifiedWriter {
    // One task does all writes, and waits for each.
    private let file: UnsafeTransfer<OpenFile>
    private let partialPath: String
    private let content: DigestStore.Content
    private let maxByteCount: Int
    private var hash = SHA256()
    private var byteCount = 0

    init(partialPath: String, content: DigestStore.Content, maxByteCount: Int) throws {
        self.partialPath = partialPath
        self.content = content
        self.maxByteCount = maxByteCount
        file = UnsafeTransfer(try OpenFile(creating: partialPath))
    }

    mutating func write(_ buffer: ByteBuffer) async throws {
        byteCount += buffer.readableBytes
        guard byteCount <= maxByteCount else {
            throw ClusterError(
                .contentTooLarge,
                "too-large",
                "\(content == .file ? "a" : "an") \(content.rawValue) may have \(maxByteCount) "
                    + "bytes; make it smaller, or raise --max-upload"
            )
        }
        buffer.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
        let file = self.file
        try await blocking { try buffer.withUnsafeReadableBytes { try file.value.write($0) } }
    }

    func commit(as path: String, digest: String) async throws {
        let found = DigestStore.text(hash.finalize())
        guard found == digest else {
            throw ClusterError.badRequest(
                "the bytes have the SHA-256 \(found), and not \(digest); send them again"
            )
        }
        let file = self.file
        let partialPath = self.partialPath
        let permissions = content.permissions
        try await blocking {
            try file.value.sync()
            // A file that is open for writing cannot be executed.
            file.value.close()
            guard chmod(partialPath, permissions) == 0 else {
                throw EngineError.system("set the permissions of", partialPath, errno: errno)
            }
            try Files.rename(partialPath, to: path)
        }
    }

    func discard() throws { try Files.remove(partialPath) }
}
