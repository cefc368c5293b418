internal import MapReduce

/// A check that runs a pipeline under many conditions and compares the results.
struct Check {
    private let options: CheckOptions
    private let closeness: Closeness

    init(_ options: CheckOptions) {
        self.options = options
        closeness = Closeness(tolerance: options.tolerance)
    }

    /// Runs the pipeline under all conditions.
    /// - Returns: The result of the plainest run.
    /// - Throws: `CheckError` for the first difference.
    func run(_ runner: CheckRunner) throws -> CheckResult {
        if let difference = try runner.differenceOfPlans(calls: CheckOptions.planCount) {
            throw CheckError(difference)
        }
        let plainest = try runner.run(options.plainest)
        for conditions in options.all {
            let result: CheckResult
            do {
                result = try runner.run(conditions)
            } catch let error as JobError {
                throw failure("the job fails in one run, and not in another: \(error)", conditions)
            }
            if let difference = result.differences.first { throw failure(difference, conditions) }
            if let difference = try difference(plainest, result) {
                throw failure(difference + blame(plainest, result), conditions)
            }
        }
        return plainest
    }

    private func failure(_ message: String, _ conditions: TestConditions) -> CheckError {
        CheckError(
            message + "\n  one run: \(options.plainest)\n  another: \(conditions)\n"
                + "  SEED=\(options.seed) repeats it"
        )
    }

    // MARK: Comparing

    private func difference(_ a: CheckResult, _ b: CheckResult) throws -> String? {
        for (name, output) in a.outputs.sorted(by: { $0.key < $1.key }) {
            guard let other = b.outputs[name] else { return "the output \(name) is missing" }
            let place = name.isEmpty ? "" : " of the output \(name)"
            func open<Key: RecordKey>(_ type: Key.Type) throws -> String? {
                try difference(output, other, place, type, output.types.value)
            }
            if let found = try open(output.types.key) { return found }
        }
        for name in Set(a.counters.keys).union(b.counters.keys).sorted() {
            let counts = (a.counters[name] ?? 0, b.counters[name] ?? 0)
            if counts.0 != counts.1 {
                return
                    "the counter \"\(name)\" is \(counts.0) in one run and \(counts.1) in another"
            }
        }
        return nil
    }

    /// Compares the values of each key, in any order.
    private func difference<Key: RecordKey, Value: RecordValue>(
        _ a: CheckResult.Output,
        _ b: CheckResult.Output,
        _ place: String,
        _ key: Key.Type,
        _ value: Value.Type
    ) throws -> String? {
        let groups = (Self.groups(a), Self.groups(b))
        let keys = Set(groups.0.keys).union(groups.1.keys)
        for key in keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            let values = (groups.0[key] ?? [], groups.1[key] ?? [])
            let areEqual =
                try values.0.count == values.1.count
                && zip(values.0, values.1).allSatisfy {
                    try closeness.areEqual($0, $1, as: Value.self)
                }
            guard !areEqual else { continue }
            let first = try Self.text(values.0, as: Value.self)
            let second = try Self.text(values.1, as: Value.self)
            return "the key \(try Key(record: key).columns)\(place) has \(first) in one run, and "
                + "\(second) in another"
        }
        return nil
    }

    /// Returns the values of each key, sorted by their encodings.
    private static func groups(_ output: CheckResult.Output) -> [[UInt8]: [[UInt8]]] {
        Dictionary(grouping: output.pairs, by: \.key).mapValues { pairs in
            pairs.map(\.value).sorted { $0.lexicographicallyPrecedes($1) }
        }
    }

    private static func text<Value: RecordValue>(
        _ values: [[UInt8]],
        as type: Value.Type
    ) throws -> String {
        let texts = try values.prefix(5).map { try Value(record: $0).columns }
        switch values.count {
        case 0: return "no value"
        case 1: return "the value \(texts[0])"
        case let count:
            return "\(count) values (\(texts.joined(separator: ", "))\(count > 5 ? ", …" : ""))"
        }
    }

    /// Returns a text that says where the two runs start to differ, as far as their stages show it.
    private func blame(_ a: CheckResult, _ b: CheckResult) -> String {
        guard a.stages.map(\.label) == b.stages.map(\.label) else {
            return "; the two have other steps, and pipeline(_:) must describe the same ones always"
        }
        let found =
            zip(a.stages, b.stages).first { first, second in
                zip(first.written, second.written).contains { $0 != $1 }
            }?.0 ?? a.stages.last { !$0.outputs.isEmpty }
        return found.map { "; the first stage that differs is: \($0.label)" } ?? ""
    }
}

/// An error for two runs of one pipeline that differ, or a run that fails where another one does
/// not.
public struct CheckError: Error, Sendable, CustomStringConvertible {
    /// What differs, where, under which settings, and how to repeat it.
    public let message: String

    init(_ message: String) { self.message = message }

    /// The message.
    public var description: String { message }
}

/// The old name of `CheckError`.
@available(*, deprecated, renamed: "CheckError")
public typealias CheckFailure = CheckError
