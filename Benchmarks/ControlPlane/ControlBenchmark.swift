internal import FoundationEssentials
internal import MapReduceControl
internal import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// Measures the coordinator alone: no network, no disk, one thread.
///
///     controlbench [TASKS [WORKERS [PLACEMENT [FAULTY]]]]
///
/// `FAULTY` is the number of workers on which every attempt fails.
@main
enum ControlBenchmark {
    static func main() throws {
        guard let options = Options(CommandLine.arguments.dropFirst()) else {
            print("usage: controlbench [TASKS [WORKERS [PLACEMENT [FAULTY]]]]")
            exit(2)
        }
        var cluster = SimulatedCluster(
            workerCount: options.workerCount,
            faultyCount: options.faultyCount,
            placement: options.placement
        )
        let before = try memory("VmRSS")
        let accepted = cluster.run(taskCount: options.taskCount)
        let grown = try memory("VmRSS") - before
        guard isProper(cluster, options) else {
            print("the job did not end as it should: \(String(describing: cluster.outcome))")
            exit(1)
        }
        print("\(options):")
        print(line("all events", cluster.reports + cluster.heartbeats))
        print(line("reports, each with a start", cluster.reports))
        print(line("heartbeats", cluster.heartbeats))
        print("  accepting the job and filling the slots: \(milliseconds(accepted)) ms")
        print("  resident memory: \(grown / options.taskCount) bytes a task")
        print("  peak of the whole program: \(try memory("VmHWM") >> 20) MiB")
    }

    /// Whether every task was done once.
    private static func isProper(_ cluster: SimulatedCluster, _ options: Options) -> Bool {
        guard cluster.outcome == .succeeded, let job = cluster.coordinator.jobs.all.first else {
            return false
        }
        let taskCounts = [options.taskCount, SimulatedJob.reducerCount]
        let failureCount = job.stages.reduce(0) { $0 + $1.failureCount }
        return job.stages.map(\.doneCount) == taskCounts && job.runningCount == 0
            && cluster.reports.count == taskCounts.reduce(failureCount, +)
            && cluster.coordinator.workers.all.allSatisfy { $0.runningCount == 0 }
    }

    private static func line(_ name: String, _ cost: SimulatedCluster.Cost) -> String {
        "  \(name): \(cost.count) in \(milliseconds(cost.duration)) ms, "
            + "\(Int(cost.perSecond)) a second"
    }

    private static func milliseconds(_ duration: Duration) -> Int64 {
        duration.nanoseconds / 1_000_000
    }

    /// A figure of this process's memory, in bytes.
    private static func memory(_ name: String) throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let words = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }?
            .split { $0 == " " || $0 == "\t" }
        return (words.flatMap { $0.count > 1 ? Int($0[1]) : nil } ?? 0) << 10
    }
}

/// What to measure.
private struct Options: CustomStringConvertible {
    var taskCount = 1_000_000
    var workerCount = 10_000
    var placement = Placement.leastLoaded
    var faultyCount = 0

    /// Nil when the arguments make no sense.
    init?(_ arguments: ArraySlice<String>) {
        let words = Array(arguments)
        guard words.count <= 4 else { return nil }
        func count(_ index: Int, default value: Int) -> Int? {
            words.indices.contains(index) ? Int(words[index]) : value
        }
        guard let tasks = count(0, default: taskCount), tasks > 0,
            let workers = count(1, default: workerCount), workers > 0,
            let placement = Placement(rawValue: words.count > 2 ? words[2] : placement.rawValue),
            let faulty = count(3, default: faultyCount), faulty >= 0, faulty < workers
        else { return nil }
        taskCount = tasks
        workerCount = workers
        self.placement = placement
        faultyCount = faulty
    }

    var description: String {
        "\(placement.rawValue), \(taskCount) tasks, \(workerCount) workers"
            + (faultyCount > 0 ? ", \(faultyCount) of them faulty" : "")
    }
}
