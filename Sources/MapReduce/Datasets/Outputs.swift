internal import MapReduceModel

/// Several named datasets as the output of one job; each name is a folder of the output directory.
///
///     func pipeline(_ input: Input) -> Outputs {
///         …
///         return ["counts": counts, "errors": errors]
///     }
///
/// Work that they share is done once.
public struct Outputs: Dataset, ExpressibleByDictionaryLiteral {
    private let datasets: [(name: String, dataset: any Dataset)]

    /// Creates outputs from datasets by name.
    ///
    /// A name consists of at most 100 ASCII letters, digits, `-` and `_`. It starts with a letter
    /// or digit, but not with `part-`.
    public init(dictionaryLiteral elements: (String, any Dataset)...) {
        datasets = elements.map { (name: $0.0, dataset: $0.1) }
    }

    /// Adds the stages that produce all datasets, and adds each dataset as an output.
    /// - Throws: `JobError` if a name is invalid as a folder name or is given twice.
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
