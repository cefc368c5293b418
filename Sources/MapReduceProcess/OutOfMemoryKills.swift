#if canImport(Glibc)
internal import Glibc
#endif

/// The kernel's counts of processes that it killed because memory ran out.
///
/// The counts before and after a SIGKILL distinguish such a kill from one sent by a user.
package struct OutOfMemoryKills: Hashable, Sendable {
    /// The count in the control group of this process, if available.
    package var inGroup: Int?
    /// The count on the whole machine, if available.
    package var onMachine: Int?

    package init(inGroup: Int?, onMachine: Int?) {
        self.inGroup = inGroup
        self.onMachine = onMachine
    }

    /// Returns the current counts.
    package static func now() -> OutOfMemoryKills {
        OutOfMemoryKills(
            inGroup: groupFile().flatMap { number(after: "oom_kill", in: $0) },
            onMachine: number(after: "oom_kill", in: "/proc/vmstat")
        )
    }

    /// Explains a SIGKILL that came after earlier counts, in words to append to the signal's name.
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

    /// A hint at the other reason why the kernel kills a process: its limit of processor time,
    /// which task processes inherit.
    private static var processorTimeHint: String {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &limit) == 0,
            limit.rlim_max != rlim_t.max
        else { return "" }
        return "; perhaps for its limit of \(limit.rlim_max) s of processor time (ulimit -t)"
    }

    /// Returns the file of the process's control group (version 1 or 2) that has the count.
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
                        // If the group is the root of what the process sees.
                        "/sys/fs/cgroup/memory/memory.oom_control",
                    ] : []
            if let found = candidates.first(where: { access($0, R_OK) == 0 }) { return found }
        }
        return nil
    }

    /// Returns the number after a name at the beginning of a line.
    ///
    /// Works on bytes: the file is read for each attempt, and has hundreds of lines.
    private static func number(after name: String, in path: String) -> Int? {
        let head = Array(name.utf8) + [0x20]
        for line in KernelFile.bytes(at: path).split(separator: 0x0A) where line.starts(with: head)
        {
            return Int(String(decoding: line.dropFirst(head.count), as: UTF8.self))
        }
        return nil
    }
}
