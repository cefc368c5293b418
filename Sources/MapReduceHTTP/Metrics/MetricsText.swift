/// Metrics in Prometheus's text format, version 0.0.4.
///
/// Each family is added once, with all its samples.
package struct MetricsText {
    package private(set) var text = ""

    package init() {}

    /// How Prometheus treats the samples of a family.
    package enum Kind: String {
        /// A sum that only grows until the process ends; its name ends in `_total`.
        case counter
        case gauge
        case histogram
    }

    /// A label of a sample: its name, and its value before escaping.
    package typealias Label = (name: String, value: String)

    /// Adds a family with one sample.
    package mutating func add(
        _ kind: Kind,
        _ name: String,
        _ help: String,
        _ value: some MetricValue
    ) {
        add(kind, name, help, [([], value)])
    }

    /// Adds a family with one sample for each value of a label.
    package mutating func add(
        _ kind: Kind,
        _ name: String,
        _ help: String,
        by label: String,
        _ values: [(String, some MetricValue)]
    ) {
        add(kind, name, help, values.map { ([(label, $0.0)], $0.1) })
    }

    /// Adds a family with one sample for each set of labels.
    package mutating func add(
        _ kind: Kind,
        _ name: String,
        _ help: String,
        _ samples: [([Label], some MetricValue)]
    ) {
        head(name, kind, help)
        for (labels, value) in samples { line(name, labels, value) }
    }

    /// Adds a family with one histogram.
    package mutating func add(_ name: String, _ help: String, _ histogram: Histogram) {
        head(name, .histogram, help)
        lines(name, [], histogram)
    }

    /// Adds a family with one histogram for each value of a label.
    package mutating func add(
        _ name: String,
        _ help: String,
        by label: String,
        _ histograms: [(String, Histogram)]
    ) {
        head(name, .histogram, help)
        for (value, histogram) in histograms { lines(name, [(label, value)], histogram) }
    }

    private mutating func lines(_ name: String, _ labels: [Label], _ histogram: Histogram) {
        for (bound, count) in zip(histogram.bounds, histogram.sums) {
            line(name + "_bucket", labels + [("le", "\(bound)")], count)
        }
        line(name + "_bucket", labels + [("le", "+Inf")], histogram.count)
        line(name + "_sum", labels, histogram.sum)
        line(name + "_count", labels, histogram.count)
    }

    private mutating func head(_ name: String, _ kind: Kind, _ help: String) {
        let help = help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    private mutating func line(_ name: String, _ labels: [Label], _ value: some MetricValue) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
            text += "{" + pairs.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            .replacing("\n", with: "\\n")
    }
}

/// A number that can be the value of a sample.
package protocol MetricValue: CustomStringConvertible {}
extension Int: MetricValue {}
extension Double: MetricValue {}
