internal import MapReduceModel

/// A histogram of durations.
package struct Histogram {
    /// Upper bounds of the buckets, in seconds.
    let bounds: [Double]
    /// The number of values in each bucket alone.
    private var counts: [Int]
    private(set) var count = 0
    /// The sum of all values, in seconds.
    private(set) var sum = 0.0

    /// For answers, writes, and anything else that takes only a moment.
    package static let calls = Histogram([
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ])
    /// For attempts and fetches.
    package static let attempts = Histogram([
        0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600,
    ])
    /// For jobs.
    package static let jobs = Histogram([
        0.5, 1, 5, 15, 30, 60, 300, 900, 1800, 3600, 7200, 14400, 43200, 86400,
    ])

    private init(_ bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count)
    }

    package mutating func add(_ duration: Duration) {
        let seconds = max(duration.inSeconds, 0)
        count += 1
        sum += seconds
        if let index = bounds.firstIndex(where: { seconds <= $0 }) { counts[index] += 1 }
    }

    /// For each bound, the number of values up to it.
    var sums: [Int] {
        var sum = 0
        return counts.map { count in
            sum += count
            return sum
        }
    }
}
