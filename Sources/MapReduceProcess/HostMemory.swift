/// The memory of this machine, as its kernel currently reports it.
package struct HostMemory: Hashable, Sendable {
    /// The bytes that a process could still get.
    package let available: Int
    package let total: Int

    /// The current memory; nil on a system that does not report it in this way.
    package static var current: HostMemory? {
        HostMemory(meminfo: KernelFile.text(at: "/proc/meminfo"))
    }

    /// - Parameter meminfo: The text of `/proc/meminfo`.
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

    /// The bytes that this process could still use: what the machine has available or what its
    /// control group allows, whichever is less; nil if neither is known.
    package static var usable: Int? {
        [current?.available, allowedInGroup].compactMap { $0 }.min()
    }

    /// The limit of a container; a group without a limit says `max`.
    private static var allowedInGroup: Int? {
        Int(KernelFile.text(at: "/sys/fs/cgroup/memory.max").prefix { $0 != "\n" })
    }
}
