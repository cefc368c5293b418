internal import MapReduceModel

/// What a worker knows of the outputs of a stage: the entries of the stage's log, from the first
/// one on.
struct OutputTable: Sendable {
    private(set) var entries: [StageOutputs.Entry] = []

    mutating func add(_ outputs: StageOutputs) { entries += outputs.entries }

    /// The entry of each task, in their order, as the first entries of the log say.
    func sources(_ count: Int) -> [StageOutputs.Entry] {
        var latest: [Int: StageOutputs.Entry] = [:]
        for entry in entries.prefix(count) { latest[entry.task] = entry }
        return latest.values.sorted { $0.task < $1.task }
    }
}
