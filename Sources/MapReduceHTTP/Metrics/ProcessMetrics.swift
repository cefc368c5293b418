internal import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess

#if canImport(Glibc)
internal import Glibc
#endif

/// The metrics that every process reports about itself, under the names that all exporters use.
package struct ProcessMetrics {
    private var cpuSeconds = 0.0
    private var residentByteCount = 0
    private var openFileCount = 0
    private var maxOpenFileCount = 0
    private var startTime = 0.0

    /// Measures this process.
    ///
    /// Cost: reads a few small files of the kernel; blocks.
    package init() throws {
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            for time in [usage.ru_utime, usage.ru_stime] {
                cpuSeconds += Double(time.tv_sec) + Double(time.tv_usec) / 1e6
            }
        }
        let pages = try Self.words("/proc/self/statm")
        if pages.count > 1 {
            residentByteCount = (Int(pages[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE))
        }
        // The count includes the descriptor used to read the names.
        openFileCount = try Files.names(in: "/proc/self/fd").count - 1
        maxOpenFileCount = FileLimit.current.now
        startTime = try Self.startTime()
    }

    /// Adds these metrics and the build information to a service's own metrics.
    package func add(to text: inout MetricsText) {
        text.add(
            .gauge,
            "mapreduce_build_info",
            "Always 1; the labels say which release runs, and which protocol it speaks.",
            [
                (
                    [
                        ("version", Release.version),
                        ("protocol", "\(ClusterProtocol.version)"),
                    ], 1
                )
            ]
        )
        text.add(
            .counter,
            "process_cpu_seconds_total",
            "Processor time that this process has used; its task processes are not counted.",
            cpuSeconds
        )
        text.add(
            .gauge,
            "process_resident_memory_bytes",
            "Memory of this process that is in RAM; its task processes are not counted.",
            residentByteCount
        )
        text.add(.gauge, "process_open_fds", "Files and sockets that are open.", openFileCount)
        text.add(
            .gauge,
            "process_max_fds",
            "The most files and sockets that may be open.",
            maxOpenFileCount
        )
        text.add(
            .gauge,
            "process_start_time_seconds",
            "When the process was started, in seconds since 1970.",
            startTime
        )
    }

    /// Returns when the process was started; the kernel counts in ticks since boot.
    private static func startTime() throws -> Double {
        let status = String(decoding: try Files.readProcFile("/proc/self/stat"), as: UTF8.self)
        // The name of the command may contain spaces and parentheses.
        guard let end = status.lastIndex(of: ")") else { return 0 }
        let fields = status[end...].split(separator: " ")
        let boot = try String(decoding: Files.readProcFile("/proc/stat"), as: UTF8.self)
            .split(separator: "\n").first { $0.hasPrefix("btime ") }
        guard fields.count > 20, let ticks = Double(fields[20]),
            let start = boot.flatMap({ Double($0.dropFirst("btime ".count)) })
        else { return 0 }
        return start + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func words(_ path: String) throws -> [Substring] {
        String(decoding: try Files.readProcFile(path), as: UTF8.self).split(separator: " ")
    }
}
