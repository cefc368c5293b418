#if canImport(Glibc)
internal import Glibc
#endif

/// How many processes the kernel has ended because memory ran out, as it counts them.
///
/// The counts before and after a SIGKILL tell such an end from one by somebody's hand.
package struct OutOfMemoryKills: Hashable, Sendable {
    /// In the control group of this process, where it says so.
    package var inGroup: Int?
    /// On the whole machine, where it says so.
    package var onMachine: Int?

    package init(inGroup: Int?, onMachine: Int?) {
        self.inGroup = inGroup
        self.onMachine = onMachine
    }

    /// The counts now.
    package static func now() -> OutOfMemoryKills {
        OutOfMemoryKills(
            inGroup: groupFile().flatMap { number(after: "oom_kill", in: $0) },
            onMachine: number(after: "oom_kill", in: "/proc/vmstat")
        )
    }

    /// What the counts say about a SIGKILL that came since then, to be put behind its name.
    package func explanation(since before: OutOfMemoryKills) -> String {
        if let now = inGroup, let then = before.inGroup, now > then {
            return "; its control group ran out of memory, and the kernel ended it"
        }
        if let now = onMachine, let then = before.onMachine {
            return now > then
                ? "; the system ran out of memory, and probably ended it"
                : "; not by the kernel for want of memory" + Self.processorTimeHint
        }
        return "; perhaps the system ran out of memory" + Self.processorTimeHint
    }

    /// What else the kernel ends a process for: its limit of processor time, which task processes
    /// inherit.
    private static var processorTimeHint: String {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &limit) == 0,
            limit.rlim_max != rlim_t.max
        else { return "" }
        return "; perhaps for its limit of \(limit.rlim_max) s of processor time (ulimit -t)"
    }

    /// The file of the process's control group that counts them, in either version.
    private static func groupFile() -> String? {
        for line in KernelFile.bytes(at: "/proc/self/cgroup").split(separator: 0x0A) {
            let fields = String(decoding: line, as: UTF8.self)
                .split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let candidates =
                fields[1].isEmpty
                ? ["/sys/fs/cgroup\(fields[2])/memory.events"]
                : fields[1].split(separator: ",").contains("memory")
                    ? [
                        "/sys/fs/cgroup/memory\(fields[2])/memory.oom_control",
                        // Where the group is the root of what the process sees.
                        "/sys/fs/cgroup/memory/memory.oom_control",
                    ] : []
            if let found = candidates.first(where: { access($0, R_OK) == 0 }) { return found }
        }
        return nil
    }

    /// The number after a name at the beginning of a line.
    ///
    /// By bytes: it is read for each attempt, and has hundreds of lines.
    private static func number(after name: String, in path: String) -> Int? {
        let head = Array(name.utf8) + [0x20]
        for line in KernelFile.bytes(at: path).split(separator: 0x0A) where line.starts(with: head)
        {
            return Int(String(decoding: line.dropFirst(head.count), as: UTF8.self))
        }
        return nil
    }
}
