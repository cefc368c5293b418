package import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// A file descriptor with its path, closed when the object goes.
///
/// Interrupted calls are repeated.
package final class OpenFile {
    package let path: String
    private var descriptor: Int32

    /// Opens a file that exists, for reading.
    package init(reading path: String) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        self.path = path
        guard descriptor >= 0 else { throw EngineError.system("read", path, errno: errno) }
    }

    /// Creates a file that must not exist, for writing.
    package init(creating path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        self.path = path
        guard descriptor >= 0 else {
            throw EngineError.system("create", path, errno: errno, kind: .outOfResources)
        }
    }

    /// Opens a file for writing at its end, or creates it.
    package init(appendingTo path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        self.path = path
        guard descriptor >= 0 else {
            throw EngineError.system("create", path, errno: errno, kind: .outOfResources)
        }
    }

    /// Opens what is at a path for writing from its beginning, or creates a file.
    package init(overwriting path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        self.path = path
        guard descriptor >= 0 else {
            throw EngineError.system("write", path, errno: errno, kind: .outOfResources)
        }
    }

    deinit { close() }

    /// Closes the file before the object goes; nothing can be read or written any more.
    package func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    /// Reads at an offset, as much as there is, up to the size of the target.
    /// - Returns: the number of bytes read; less than asked for only at the end of the file.
    package func read(into target: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
        try ExecutionOwner.engine { try readAll(target, offset) }
    }

    private func readAll(_ target: UnsafeMutableRawBufferPointer, _ offset: Int) throws -> Int {
        var done = 0
        while done < target.count {
            guard let base = target.baseAddress else { break }
            let count = pread(descriptor, base + done, target.count - done, off_t(offset + done))
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw EngineError.system("read", path, errno: errno)
            }
            done += count
        }
        return done
    }

    /// Appends all of the bytes.
    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        try ExecutionOwner.engine { try writeAll(bytes) }
    }

    private func writeAll(_ bytes: UnsafeRawBufferPointer) throws {
        var done = 0
        while done < bytes.count, let base = bytes.baseAddress {
            let count = Glibc.write(descriptor, base + done, bytes.count - done)
            if count < 0 {
                if errno == EINTR { continue }
                throw EngineError.system("write", path, errno: errno, kind: .outOfResources)
            }
            done += count
        }
    }

    /// Cuts the file at a size, or makes it that long: what was not written is zeros, and takes no
    /// room on most disks.
    package func setByteCount(_ count: Int) throws {
        guard ftruncate(descriptor, off_t(count)) == 0 else {
            throw EngineError.system("resize", path, errno: errno, kind: .outOfResources)
        }
    }

    /// Waits until what was written is on the disk.
    package func sync() throws {
        guard ExecutionOwner.engine({ fsync(descriptor) }) == 0 else {
            throw EngineError.system("sync", path, errno: errno, kind: .outOfResources)
        }
    }

    /// Whether the file ends where its signature says: there is a byte before that place and none
    /// at it.
    ///
    /// A file that is being written to is believed: what has changed is found later.
    package func holds(_ signature: FileSignature) throws -> Bool {
        let expected = min(signature.byteCount, 1)
        let count = try withUnsafeTemporaryAllocation(byteCount: 2, alignment: 1) { bytes in
            try read(into: bytes, at: signature.byteCount - expected)
        }
        return try count == expected || self.signature() != signature
    }

    /// The size and the time of modification.
    package func signature() throws -> FileSignature {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw EngineError.system("inspect", path, errno: errno)
        }
        return FileSignature(status)
    }
}

extension FileSignature {
    init(_ status: stat) {
        self.init(
            byteCount: Int(status.st_size),
            modificationTime: Int64(status.st_mtim.tv_sec) &* 1_000_000_000
                &+ Int64(status.st_mtim.tv_nsec)
        )
    }
}
