internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport

/// What a command line asks of a run on this machine, or of the replay of one of its tasks.
package struct RunRequest: Sendable {
    package var settings: RunSettings
    /// What to read: files, directories, patterns or `-`, with or without the name of an input.
    package var inputs: [String] = []
    /// Whether files are read as they are, whatever they look like.
    package var readsAnyFile = false
    /// The directory to write, or `-` for standard output; nil where none is named.
    package var output: String?
    package var overwrites = false
    /// Where to put intermediate files; nil for the usual place.
    package var scratch: String?
    package var keepsScratch = false
    /// The file of `--report`.
    package var report: String?
    /// The file of `--trace`.
    package var trace: String?
    package var hasDashboard = false
    package var isQuiet = false
    package var isVerbose = false
    /// Whether the number of slots was asked for, and is not that of this machine's processors.
    package var namesSlotCount = false
    /// Whether the memory of a task was asked for: then it must be there.
    package var namesMemory = false

    package init(settings: RunSettings) { self.settings = settings }

    /// How the run is shown.
    var display: any RunDisplay {
        Terminal.style(2).display(isQuiet: isQuiet, isVerbose: isVerbose)
    }

    /// Shows what is suspicious about the inputs, a sentence each.
    package func warn(_ warnings: [String]) {
        guard !isQuiet else { return }
        for warning in warnings { Terminal.write("warning: \(warning)\n", to: 2) }
    }
}
