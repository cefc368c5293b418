internal import MapReduceModel

extension JobState {
    /// Returns a message if a stage has read files and its closures have rejected every record; nil
    /// if they have not, and while a task is missing.
    package func rejection(ofStage stage: Int) -> String? {
        guard stages[stage].isDone, case .files(let name, _) = submission.plan.stages[stage].input
        else { return nil }
        let counters = stages[stage].counters
        let count = counters[BuiltInCounter.recordsRejected]
        guard count > 0, count == counters[BuiltInCounter.recordsRead],
            counters[BuiltInCounter.pairsEmitted] == 0,
            counters[BuiltInCounter.recordsWritten] == 0
        else { return nil }
        let reasons = counters.entries.filter { $0.name.hasPrefix(BuiltInCounter.userPrefix) }
            .map { "\($0.name.dropFirst(BuiltInCounter.userPrefix.count)): \($0.value)" }
        let what = count == 1 ? "the only record" : "each of the \(count) records"
        return "\(what) of the input\(name.isEmpty ? "" : " \(name)") was rejected ("
            + reasons.prefix(3).joined(separator: ", ") + "); is the input what the job reads?"
    }
}
