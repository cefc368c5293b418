internal import MapReduceModel

/// Several datasets as the output of one job, each under a name: a folder of the output directory.
///
///     func pipeline(_ input: Input) -> Outputs {
///         …
///         return ["counts": counts, "errors": errors]
///     }
///
/// What they share is computed once.
public struct Outputs: Dataset, ExpressibleByDictionaryLiteral {
    private let datasets: [(name: String, dataset: any Dataset)]

    /// Datasets by their names.
    ///
    /// A name is made of ASCII letters, digits, `-` and `_`, and begins with a letter or digit.
    public init(dictionaryLiteral elements: (String, any Dataset)...) {
        datasets = elements.map { (name: $0.0, dataset: $0.1) }
    }

    /// Adds the stages that produce all datasets, and the outputs that they are.
    /// - Throws: `JobError` when a name cannot be that of a folder, or is given twice.
    public func plan(into output: OutputPlanner) throws {
        guard output.name.isEmpty else {
            throw JobError(
                .usage,
                "the output \(output.name) has outputs of its own; name each once"
            )
        }
        guard !datasets.isEmpty else { throw JobError(.usage, "the job has no outputs") }
        var seen: Set<String> = []
        for (name, dataset) in datasets {
            guard PartName.isOutputName(name) else {
                throw JobError(
                    .usage,
                    "\"\(name)\" cannot name an output; use ASCII letters, digits, - and _, and "
                        + "begin with a letter or digit, but not with part-"
                )
            }
            guard seen.insert(name).inserted else {
                throw JobError(.usage, "there are two outputs with the name \(name)")
            }
            try dataset.plan(into: OutputPlanner(planner: output.planner, name: name))
        }
    }
}
