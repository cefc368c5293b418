/// The data that a job's pipeline returns, which can be written as the job's output.
///
/// Either `Pairs`, or `Outputs` for several of them.
public protocol Dataset: Sendable {
    /// Adds the stages that produce and write the data.
    func plan(into planner: OutputPlanner) throws
}

/// The plan of a job while it is collected; a `Dataset` adds its stages to it.
public struct OutputPlanner {
    @usableFromInline let planner: Planner
    /// The name of the output; empty for the only one.
    @usableFromInline let name: String
}

/// The input of a job: the files of its command line.
public struct Input: Sendable {
    @usableFromInline let name: String
    let files: SideFiles

    init(name: String = "", files: SideFiles) {
        self.name = name
        self.files = files
    }

    /// The files given as `name=path`, separate from the others.
    public subscript(name: String) -> Input { Input(name: name, files: files) }

    /// The files' lines as borrowed bytes, which is the fast way.
    public var lines: Lines {
        Lines(name: name)
    }

    /// The files' lines as strings.
    public var strings: Strings { Strings(lines: lines) }
}
