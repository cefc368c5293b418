package import MapReduceModel

/// What a worker knows of the outputs of a stage: the first entries of the stage's log.
package struct OutputTable: Sendable {
    package private(set) var entries: [StageOutputs.Entry] = []

    package init() {}

    package mutating func add(_ outputs: StageOutputs) { entries += outputs.entries }

    /// Returns the entry of each task, in task order, according to the first `count` entries of the
    /// log.
    package func sources(_ count: Int) -> [StageOutputs.Entry] {
        var latest: [StageOutputs.Entry] = []
        // The last entry of a task is the first one in reverse order.
        for entry in entries.prefix(count).enumerated()
            .sorted(by: { ($0.element.task, $1.offset) < ($1.element.task, $0.offset) })
            .map(\.element)
        where latest.last?.task != entry.task { latest.append(entry) }
        return latest
    }
}
