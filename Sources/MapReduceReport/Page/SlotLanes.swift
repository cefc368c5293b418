internal import MapReduceControl
internal import MapReduceModel

/// The attempts of a job on the slots of its workers, as far as these can be inferred: each attempt
/// is on the first lane of its worker that is free when it starts.
struct SlotLanes {
    /// In the order in which they started.
    private(set) var attempts: [Placed] = []
    private(set) var workers: [Worker] = []

    /// An attempt with its place; times in microseconds.
    struct Placed {
        var attempt: JobReport.Attempt
        var process: Int
        var thread: Int
        var start: Int
        /// At least one microsecond after the start.
        var end: Int
    }

    /// A worker with its lanes; the numbers of their threads are unique.
    struct Worker {
        var id: Int
        var name: String
        var process: Int
        var firstThread = 0
        var laneCount: Int
    }

    private let stageCount: Int

    /// Cost: the number of attempts times the number of lanes, plus sorting.
    init(_ report: JobReport) {
        stageCount = report.stages.count
        let now = Self.now(of: report)
        for (index, worker) in report.workers.enumerated() {
            workers.append(
                Worker(
                    id: worker.id,
                    name: worker.name,
                    process: TraceEvents.jobProcess + 1 + index,
                    laneCount: min(max(worker.slotCount, 1), ReportLimits.maxDrawnLaneCount)
                )
            )
        }
        var ends = workers.map { [Int](repeating: 0, count: $0.laneCount) }
        var lanes: [(worker: Int, lane: Int)] = []
        for attempt in report.attempts.sorted(by: { Self.isBefore($0, $1) }) {
            let worker = index(of: attempt.worker, &ends)
            let start = Self.microseconds(attempt.start)
            let end = max(Self.microseconds(attempt.end ?? now), start + 1)
            let lane = ends[worker].firstIndex { $0 <= start } ?? ends[worker].count
            if lane == ends[worker].count { ends[worker].append(0) }
            ends[worker][lane] = end
            lanes.append((worker, lane))
            attempts.append(
                Placed(
                    attempt: attempt,
                    process: workers[worker].process,
                    thread: 0,
                    start: start,
                    end: end
                )
            )
        }
        var thread = stageCount + 1
        for index in workers.indices {
            workers[index].laneCount = ends[index].count
            workers[index].firstThread = thread
            thread += ends[index].count
        }
        for (index, place) in lanes.enumerated() {
            attempts[index].thread = workers[place.worker].firstThread + place.lane
        }
    }

    /// Returns the thread that represents a stage.
    func thread(ofStage stage: Int) -> Int { stage + 1 }

    /// Converts a time or a duration that a report claims; at most three centuries.
    static func microseconds(_ seconds: Double) -> Int {
        Int((MeasuredAttempt.bounded(seconds) * 1e6).rounded())
    }

    /// Returns the end to assume for attempts that have not ended.
    private static func now(of report: JobReport) -> Double {
        report.attempts.reduce(MeasuredAttempt.bounded(report.job.seconds)) { now, attempt in
            max(
                now,
                MeasuredAttempt.bounded(attempt.start),
                MeasuredAttempt.bounded(attempt.end ?? 0)
            )
        }
    }

    private static func isBefore(_ a: JobReport.Attempt, _ b: JobReport.Attempt) -> Bool {
        let (x, y) = (microseconds(a.start), microseconds(b.start))
        return (x, a.stage, a.task, a.number) < (y, b.stage, b.task, b.number)
    }

    /// Returns the index of a worker, adding the worker if the report does not list it.
    private mutating func index(of id: Int, _ ends: inout [[Int]]) -> Int {
        if let index = workers.firstIndex(where: { $0.id == id }) { return index }
        workers.append(
            Worker(
                id: id,
                name: "\(id)",
                process: TraceEvents.jobProcess + 1 + workers.count,
                laneCount: 0
            )
        )
        ends.append([])
        return workers.count - 1
    }
}
