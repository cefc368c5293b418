internal import MapReduceEngine
internal import MapReduceModel

/// A job in the form that a process needs to run its tasks: the plan, and what each stage does.
struct CompiledJob: Sendable {
    let plan: Plan
    let stages: PlannedStages
    /// The types of the pairs in the job's outputs, by name.
    let outputTypes: [String: OutputTypes]

    /// Returns a key that a stage processes, as its type writes it.
    func text(ofKey key: [UInt8], inStage stage: Int) -> String {
        let keys = stages.indices.contains(stage) ? stages[stage].keys : nil
        return key.withUnsafeBytes { keys?.called.text(of: $0) ?? RecordQuote.text(of: $0) }
    }
}
