internal import MapReduceEngine
internal import MapReduceModel

/// A job as a process that runs its tasks needs it: the plan, and what each stage does.
struct CompiledJob: Sendable {
    let plan: Plan
    let stages: PlannedStages
    /// What the job's outputs are made of, by their names.
    let outputTypes: [String: OutputTypes]

    /// A key that a stage works on, as its type writes it.
    func text(ofKey key: [UInt8], inStage stage: Int) -> String {
        let keys = stages.indices.contains(stage) ? stages[stage].keys : nil
        return key.withUnsafeBytes { keys?.called.text(of: $0) ?? RecordQuote.text(of: $0) }
    }
}
