#if canImport(Glibc)
internal import Glibc
#endif

/// Reads the kernel's files under `/proc` and `/sys`, which are small and do not report their size.
enum KernelFile {
    /// Returns the bytes of a file; empty if it cannot be read.
    static func bytes(at path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var text: [UInt8] = []
        while text.count < ProcessLimits.maxKernelFileByteCount {
            let count = withUnsafeTemporaryAllocation(byteCount: 16384, alignment: 1) { bytes in
                let count = read(descriptor, bytes.baseAddress, bytes.count)
                if count > 0 { text.append(contentsOf: bytes[..<count]) }
                return count
            }
            if count <= 0 { break }
        }
        return text
    }

    /// Returns the text of a file; empty if it cannot be read.
    static func text(at path: String) -> String { String(decoding: bytes(at: path), as: UTF8.self) }
}
