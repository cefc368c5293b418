/// The memory of this machine, as its kernel tells it now.
package struct HostMemory: Hashable, Sendable {
    /// What a process could still get, in bytes.
    package let available: Int
    package let total: Int

    /// Nil on a system that tells it in another way.
    package static var current: HostMemory? {
        HostMemory(meminfo: KernelFile.text(at: "/proc/meminfo"))
    }

    /// `meminfo`: the text of `/proc/meminfo`.
    init?(meminfo: String) {
        func byteCount(_ name: String) -> Int? {
            meminfo.split(separator: "\n").first { $0.hasPrefix(name + ":") }
                .flatMap { line in Int(line.drop { !$0.isNumber }.prefix { $0.isNumber }) }
                .map { $0 << 10 }
        }
        guard let available = byteCount("MemAvailable"), let total = byteCount("MemTotal") else {
            return nil
        }
        self.available = available
        self.total = total
    }

    /// How much this process could still use, in bytes: what the machine could give, or what its
    /// control group may use; nil where neither is known.
    package static var usable: Int? {
        [current?.available, allowedInGroup].compactMap { $0 }.min()
    }

    /// What a container is allowed; a group without a limit says `max`.
    private static var allowedInGroup: Int? {
        Int(KernelFile.text(at: "/sys/fs/cgroup/memory.max").prefix { $0 != "\n" })
    }
}
