internal import MapReduceEngine

#if canImport(Glibc)
internal import Glibc
#endif

/// Writes a job's parts, one after another, to standard output.
enum StandardOutput {
    /// - Throws: `Interruption` of SIGPIPE when nobody reads any more.
    static func write(_ paths: [String]) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        for path in paths {
            let file = try OpenFile(reading: path)
            var offset = 0
            while true {
                let count = try file.read(into: buffer, at: offset)
                if count == 0 { break }
                try write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                offset += count
            }
        }
    }

    private static func write(_ bytes: UnsafeRawBufferPointer) throws {
        var done = 0
        while done < bytes.count, let base = bytes.baseAddress {
            let count = Glibc.write(1, base + done, bytes.count - done)
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EPIPE { throw Interruption(signal: SIGPIPE) }
                throw EngineError.system(
                    "write to",
                    "standard output",
                    errno: errno,
                    kind: .outOfResources
                )
            }
            done += count
        }
    }
}
