package import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// A file descriptor with its path, closed when the object is released.
///
/// Interrupted calls are retried.
package final class OpenFile {
    package let path: String
    private var descriptor: Int32

    /// Opens an existing file for reading.
    package init(reading path: String) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        self.path = path
        guard descriptor >= 0 else { throw EngineError.system("read", path, errno: errno) }
    }

    /// Creates a file for writing; it must not exist.
    package init(creating path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        self.path = path
        guard descriptor >= 0 else {
            throw EngineError.system("create", path, errno: errno, kind: .outOfResources)
        }
    }

    /// Opens a file for appending, or creates it.
    package init(appendingTo path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        self.path = path
        guard descriptor >= 0 else {
            throw EngineError.system("create", path, errno: errno, kind: .outOfResources)
        }
    }

    /// Opens a file for writing from its beginning, or creates it.
    package init(overwriting path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        self.path = path
        guard descriptor >= 0 else {
            throw EngineError.system("write", path, errno: errno, kind: .outOfResources)
        }
    }

    deinit { close() }

    /// Closes the file before the object is released; it cannot be read or written after that.
    package func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    /// Reads as many bytes as there are from an offset on, up to the size of the target.
    /// - Returns: the number of bytes read; less than requested only at the end of the file.
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

    /// Appends all bytes.
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

    /// Truncates the file to a size or extends it: the added bytes are zeros, and take no space on
    /// most disks.
    package func setByteCount(_ count: Int) throws {
        guard ftruncate(descriptor, off_t(count)) == 0 else {
            throw EngineError.system("resize", path, errno: errno, kind: .outOfResources)
        }
    }

    /// Waits until everything written is on disk.
    package func sync() throws {
        guard ExecutionOwner.engine({ fsync(descriptor) }) == 0 else {
            throw EngineError.system("sync", path, errno: errno, kind: .outOfResources)
        }
    }

    /// Returns whether the file ends where its signature says: it has a byte before that place and
    /// none at it.
    ///
    /// A file that is being written to is accepted: its change is detected later.
    package func holds(_ signature: FileSignature) throws -> Bool {
        let expected = min(signature.byteCount, 1)
        let count = try withUnsafeTemporaryAllocation(byteCount: 2, alignment: 1) { bytes in
            try read(into: bytes, at: signature.byteCount - expected)
        }
        return try count == expected || self.signature() != signature
    }

    /// Returns the size and modification time.
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
