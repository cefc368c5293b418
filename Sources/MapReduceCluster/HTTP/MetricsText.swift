/// Metrics in Prometheus' text format, version 0.0.4.
struct MetricsText {
    private(set) var text = ""

    mutating func add(_ name: String, _ type: String, _ help: String, _ value: Int) {
        head(name, type, help)
        text += "\(name) \(value)\n"
    }

    mutating func add(
        _ name: String,
        _ type: String,
        _ help: String,
        by label: String,
        _ values: [(String, Int)]
    ) {
        head(name, type, help)
        for (key, value) in values { text += "\(name){\(label)=\"\(key)\"} \(value)\n" }
    }

    mutating func add(_ name: String, _ help: String, _ histogram: LatencyHistogram) {
        head(name, "histogram", help)
        var sum = 0
        for (bound, count) in zip(LatencyHistogram.bounds, histogram.counts) {
            sum += count
            text += "\(name)_bucket{le=\"\(bound)\"} \(sum)\n"
        }
        text += "\(name)_bucket{le=\"+Inf\"} \(histogram.count)\n"
        text += "\(name)_sum \(histogram.seconds)\n\(name)_count \(histogram.count)\n"
    }

    private mutating func head(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }
}

/// How often something took how long.
struct LatencyHistogram {
    /// Upper bounds, in seconds.
    static let bounds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1]
    private(set) var counts = Array(repeating: 0, count: bounds.count)
    private(set) var count = 0
    private(set) var seconds = 0.0

    mutating func add(_ duration: Duration) {
        let value =
            Double(duration.components.seconds)
            + Double(duration.components.attoseconds) / 1e18
        count += 1
        seconds += value
        if let index = Self.bounds.firstIndex(where: { value <= $0 }) { counts[index] += 1 }
    }
}
