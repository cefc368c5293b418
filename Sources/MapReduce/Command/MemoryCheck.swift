internal import MapReduceEngine
internal import MapReduceReport

/// Refuses a memory budget that the machine does not have, before any work is done.
enum MemoryCheck {
    static func check(_ settings: RunSettings) throws {
        let (needed, overflow) = settings.limits.memoryByteCount
            .multipliedReportingOverflow(by: settings.workerCount)
        guard let available = try available() else { return }
        guard overflow || needed > available else { return }
        throw JobError(
            .usage,
            "\(settings.workerCount) tasks at once with --memory "
                + "\(ByteSize(count: settings.limits.memoryByteCount)) each "
                + "need more than the \(Format.bytes(available)) of memory that are free; ask for "
                + "less, or for fewer --workers"
        )
    }

    /// Bytes of memory that the system could give, or its control group may use; nil where neither
    /// says.
    static func available() throws -> Int? {
        let limits = [try freeMemory(), try groupLimit()].compactMap { $0 }
        return limits.min()
    }

    private static func freeMemory() throws -> Int? {
        let path = "/proc/meminfo"
        guard try Files.kind(of: path) != nil else { return nil }
        let text = String(decoding: try Files.readStream(path), as: UTF8.self)
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
        let text = String(decoding: try Files.readStream(path), as: UTF8.self)
        return Int(text.prefix { $0 != "\n" })
    }
}
