package import MapReduceModel

/// What a worker knows of the outputs of a stage: the entries of the stage's log, from the first
/// one on.
package struct OutputTable: Sendable {
    package private(set) var entries: [StageOutputs.Entry] = []

    package init() {}

    package mutating func add(_ outputs: StageOutputs) { entries += outputs.entries }

    /// The entry of each task, in their order, as the first entries of the log say.
    package func sources(_ count: Int) -> [StageOutputs.Entry] {
        var latest: [StageOutputs.Entry] = []
        // The last one of a task is the first one from behind.
        for entry in entries.prefix(count).enumerated()
            .sorted(by: { ($0.element.task, $1.offset) < ($1.element.task, $0.offset) })
            .map(\.element)
        where latest.last?.task != entry.task { latest.append(entry) }
        return latest
    }
}
