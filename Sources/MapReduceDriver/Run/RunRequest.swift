internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport

/// A command line's request to run a job on this machine, or to replay one of its tasks.
package struct RunRequest: Sendable {
    package var settings: RunSettings
    /// The inputs: files, directories, patterns or `-`, with or without the name of an input.
    package var inputs: [String] = []
    /// Whether files are read as they are, regardless of their format.
    package var readsAnyFile = false
    /// The directory to write, or `-` for standard output; nil if the command line names none.
    package var output: String?
    package var overwrites = false
    /// The directory for intermediate files; nil for the default.
    package var scratch: String?
    package var keepsScratch = false
    /// The file named by `--report`.
    package var report: String?
    /// The file named by `--trace`.
    package var trace: String?
    package var hasDashboard = false
    package var isQuiet = false
    package var isVerbose = false
    /// Whether the command line sets the number of slots, instead of the number of processors.
    package var namesSlotCount = false
    /// Whether the command line sets the memory of a task; if so, it must be available.
    package var namesMemory = false

    package init(settings: RunSettings) { self.settings = settings }

    /// The display that shows the run.
    var display: any RunDisplay {
        Terminal.style(2).display(isQuiet: isQuiet, isVerbose: isVerbose)
    }

    /// Shows warnings about the inputs, one sentence each.
    package func warn(_ warnings: [String]) {
        guard !isQuiet else { return }
        for warning in warnings { Terminal.write("warning: \(warning)\n", to: 2) }
    }
}
