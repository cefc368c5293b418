internal import MapReduceControl
internal import MapReduceModel

/// The speed of a run, from its progress so far.
package struct Pace: Sendable {
    private struct Sample {
        var elapsed: Duration
        var recordsRead: Int
        var bytesRead: Int
    }

    /// Samples of the last seconds, the oldest first.
    private var samples = [Sample(elapsed: .zero, recordsRead: 0, bytesRead: 0)]
    /// When each stage was first seen running.
    private var starts: [Int: Duration] = [:]

    package init() {}

    package mutating func add(_ progress: RunProgress) {
        for stage in progress.currentStages where starts[stage] == nil {
            starts[stage] = progress.elapsed
        }
        samples.append(
            Sample(
                elapsed: progress.elapsed,
                recordsRead: progress.recordsRead,
                bytesRead: progress.bytesRead
            )
        )
        let start = progress.elapsed - ReportLimits.paceWindow
        while samples.count > 2, samples[1].elapsed <= start { samples.removeFirst() }
    }

    /// Records of input read per second; nil while none are read.
    package var recordsPerSecond: Int? { perSecond(\.recordsRead) }
    /// Bytes of input read per second; nil while none are read.
    package var bytesPerSecond: Int? { perSecond(\.bytesRead) }

    /// What failed attempts had read no longer counts, so that a count may decrease.
    private func perSecond(_ count: KeyPath<Sample, Int>) -> Int? {
        guard let first = samples.first, let last = samples.last else { return nil }
        let seconds = max((last.elapsed - first.elapsed).inSeconds, 1e-3)
        let rate = (Double(last[keyPath: count]) - Double(first[keyPath: count])) / seconds
        return rate >= 1 ? Int(min(rate, ReportLimits.maxShownCount)) : nil
    }

    /// Returns how long a stage will take at its pace so far; nil while that cannot be estimated.
    package func left(of stage: Int, _ progress: RunProgress) -> Duration? {
        guard let start = starts[stage] else { return nil }
        let share = progress.share(of: stage)
        let seconds = (progress.elapsed - start).inSeconds
        guard share > 0.02, share < 1, seconds >= 1 else { return nil }
        return Duration(claimedSeconds: seconds * (1 - share) / share)
    }
}
