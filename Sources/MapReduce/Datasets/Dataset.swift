/// What a job's pipeline returns: data that can be written as the job's output.
///
/// `Pairs`, or `Outputs` for several of them.
public protocol Dataset: Sendable {
    /// Adds the stages that produce the data and write it.
    func plan(into planner: OutputPlanner) throws
}

/// Collects the plan of a job; what a `Dataset` is asked to fill.
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

    /// The files given as `name=path`, apart from the others.
    public subscript(name: String) -> Input { Input(name: name, files: files) }

    /// The files' lines as borrowed bytes: the fast way.
    public var lines: Lines {
        Lines(name: name)
    }

    /// The files' lines as strings.
    public var strings: Strings { Strings(lines: lines) }
}
