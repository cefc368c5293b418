internal import MapReduceEngine

/// How much memory this process could still use.
package enum AvailableMemory {
    /// Bytes of memory that the system could give, or its control group may use; nil where neither
    /// says.
    package static func byteCount() throws -> Int? {
        let limits = [try freeMemory(), try groupLimit()].compactMap { $0 }
        return limits.min()
    }

    private static func freeMemory() throws -> Int? {
        let path = "/proc/meminfo"
        guard try Files.kind(of: path) != nil else { return nil }
        let text = String(decoding: try Files.readProcFile(path), as: UTF8.self)
        for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            let fields = line.split(separator: " ")
            if fields.count >= 2, let kilobytes = Int(fields[1]) { return kilobytes * 1024 }
        }
        return nil
    }

    /// What a container is allowed; a group without a limit says `max`.
    private static func groupLimit() throws -> Int? {
        let path = "/sys/fs/cgroup/memory.max"
        guard try Files.kind(of: path) != nil else { return nil }
        let text = String(decoding: try Files.readProcFile(path), as: UTF8.self)
        return Int(text.prefix { $0 != "\n" })
    }
}
