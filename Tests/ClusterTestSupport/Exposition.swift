import Foundation

/// A strict reader of Prometheus' text format, version 0.0.4.
package enum Exposition {
    /// A metric with its samples.
    package struct Family {
        package let name: String
        package let help: String
        package let kind: String
        package var samples: [Sample] = []

        /// The value of the sample with just these labels.
        package func value(_ labels: [String: String] = [:], _ ending: String = "") -> Double? {
            samples.first { $0.labels == labels && $0.name == name + ending }?.value
        }

        /// The names of the labels, but for the bounds of buckets.
        package var labels: [String] {
            Set(samples.flatMap(\.labels.keys)).subtracting(["le"]).sorted()
        }
    }

    package struct Sample {
        package let name: String
        package let labels: [String: String]
        package let value: Double
    }

    package struct FormatError: Error, CustomStringConvertible {
        package let description: String
    }

    /// The families by their names.
    package static func parse(_ text: String) throws -> [String: Family] {
        guard text.hasSuffix("\n") else { throw FormatError(description: "the last line ends") }
        var families: [Family] = []
        var help: (name: String, text: String)?
        for (number, line) in text.dropLast().components(separatedBy: "\n").enumerated() {
            func fail(_ reason: String) -> FormatError {
                FormatError(description: "line \(number + 1), \(line): \(reason)")
            }
            if let match = line.wholeMatch(of: /# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)/) {
                guard help == nil else { throw fail("HELP after HELP") }
                help = (String(match.1), String(match.2))
            } else if let match = line.wholeMatch(of: /# TYPE (\S+) (counter|gauge|histogram)/) {
                guard let about = help, about.name == match.1 else { throw fail("TYPE alone") }
                guard !families.contains(where: { $0.name == match.1 }) else {
                    throw fail("the family is there twice")
                }
                families.append(
                    Family(name: about.name, help: about.text, kind: String(match.2))
                )
                help = nil
            } else {
                guard let last = families.indices.last, help == nil else { throw fail("no family") }
                guard let sample = sample(line) else { throw fail("no sample") }
                let endings =
                    families[last].kind == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
                guard endings.contains(where: { families[last].name + $0 == sample.name }) else {
                    throw fail("a sample of another family")
                }
                let isThere = families[last].samples.contains {
                    $0.name == sample.name && $0.labels == sample.labels
                }
                guard !isThere else { throw fail("the sample is there twice") }
                families[last].samples.append(sample)
            }
        }
        for family in families { try check(family) }
        return Dictionary(families.map { ($0.name, $0) }) { first, _ in first }
    }

    private static func sample(_ line: String) -> Sample? {
        var rest = line[...]
        guard let name = rest.prefixMatch(of: /[a-zA-Z_:][a-zA-Z0-9_:]*/) else { return nil }
        rest = rest[name.range.upperBound...]
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest.removeFirst()
            while true {
                let pattern = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|\} )/
                guard let label = rest.prefixMatch(of: pattern), labels[String(label.1)] == nil
                else { return nil }
                labels[String(label.1)] = unescaped(label.2)
                rest = rest[label.range.upperBound...]
                if label.3 != "," { break }
            }
        } else if rest.first == " " {
            rest.removeFirst()
        } else {
            return nil
        }
        guard rest.wholeMatch(of: /-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?/) != nil,
            let value = Double(rest)
        else { return nil }
        return Sample(name: String(name.0), labels: labels, value: value)
    }

    private static func unescaped(_ text: Substring) -> String {
        var result = ""
        var isEscaped = false
        for character in text {
            if isEscaped {
                result.append(character == "n" ? "\n" : character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                result.append(character)
            }
        }
        return result
    }

    /// Conventions of names, and what the buckets of a histogram have to be.
    private static func check(_ family: Family) throws {
        func fail(_ reason: String) -> FormatError {
            FormatError(description: "\(family.name): \(reason)")
        }
        if family.kind == "counter" {
            guard family.name.hasSuffix("_total") else { throw fail("a counter ends in _total") }
            guard family.samples.allSatisfy({ $0.value >= 0 }) else { throw fail("negative") }
        } else {
            guard !family.name.hasSuffix("_total") else { throw fail("a \(family.kind) in _total") }
        }
        guard family.kind == "histogram" else { return }
        guard family.name.hasSuffix("_seconds") else { throw fail("a histogram has a unit") }
        let groups = Dictionary(grouping: family.samples) { sample in
            sample.labels.filter { $0.key != "le" }
        }
        for samples in groups.values {
            let buckets = samples.filter { $0.name.hasSuffix("_bucket") }
            let bounds = buckets.map { $0.labels["le"].flatMap { Double($0) } ?? .nan }
            guard bounds == bounds.sorted(), bounds.last == .infinity else {
                throw fail("the bounds are in order, to +Inf: \(bounds)")
            }
            let counts = buckets.map(\.value)
            guard counts == counts.sorted() else { throw fail("buckets are sums: \(counts)") }
            let count = samples.first { $0.name.hasSuffix("_count") }?.value
            guard count == counts.last else { throw fail("the last bucket is the count") }
            guard samples.contains(where: { $0.name.hasSuffix("_sum") }) else {
                throw fail("no sum")
            }
        }
    }
}
