internal import MapReduce

/// Runs a pipeline under many trials, and compares what comes of it.
struct Check {
    private let trials: Trials
    private let closeness: Closeness

    init(_ trials: Trials) {
        self.trials = trials
        closeness = Closeness(tolerance: trials.tolerance)
    }

    /// Runs all trials.
    /// - Returns: what the plainest run computes.
    /// - Throws: `CheckFailure` for the first difference.
    func run(_ runner: TrialRunner) throws -> TrialResult {
        if let difference = try runner.differenceOfPlans(calls: Trials.planCount) {
            throw CheckFailure(difference)
        }
        let plainest = try runner.run(trials.plainest)
        for trial in trials.all {
            let result: TrialResult
            do {
                result = try runner.run(trial)
            } catch let error as JobError {
                throw failure("the job fails in one run, and not in another: \(error)", trial)
            }
            if let difference = result.differences.first { throw failure(difference, trial) }
            if let difference = try difference(plainest, result) {
                throw failure(difference + blame(plainest, result), trial)
            }
        }
        return plainest
    }

    private func failure(_ message: String, _ trial: Trial) -> CheckFailure {
        CheckFailure(
            message + "\n  one run: \(trials.plainest)\n  another: \(trial)\n"
                + "  SEED=\(trials.seed) repeats it"
        )
    }

    // MARK: Comparing

    private func difference(_ a: TrialResult, _ b: TrialResult) throws -> String? {
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

    /// Compares the values of each key, whatever their order.
    private func difference<Key: RecordKey, Value: RecordValue>(
        _ a: TrialResult.Output,
        _ b: TrialResult.Output,
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

    /// The values of each key, sorted by their encodings.
    private static func groups(_ output: TrialResult.Output) -> [[UInt8]: [[UInt8]]] {
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

    /// Where the two runs part, as far as that shows.
    private func blame(_ a: TrialResult, _ b: TrialResult) -> String {
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

/// Two runs of one pipeline that differ, or a run that fails where another one does not.
public struct CheckFailure: Error, Sendable, CustomStringConvertible {
    /// What differs, where, under which settings, and how to repeat it.
    public let message: String

    init(_ message: String) { self.message = message }

    /// The message.
    public var description: String { message }
}
