internal import ArgumentParser
internal import MapReduceEngine
internal import MapReduceProcess
internal import MapReduceReport

/// The command `mapreduce new`.
struct NewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Writes a package with a job, a test and sample data.",
        discussion: """
            The package builds, and its tests pass, as it is: swift test, and then swift run -c \
            release NAME sample-data/*.txt -o counts.
            """
    )

    @Argument(help: "The name of the job: its package and its command.") var name: String

    @Option(
        help: "The directory to write, which must not exist; NAME in the current one.",
        completion: .directory
    )
    var path: String?

    @Option(
        help: ArgumentHelp(
            "The package of the engine; that in which this program was built, if it was.",
            valueName: "path-or-url"
        ),
        completion: .directory
    )
    var mapreduce: String?

    func run() throws {
        do {
            let template = try PackageTemplate(name: name, source: try engine())
            let path = self.path ?? name
            try NewPackage.write(template, to: path)
            let files = template.files.map { "  \(path)/\($0.path)\n" }.joined()
            Terminal.write("\(files)now: cd \(ShellWords.text([path])) && swift test\n", to: 1)
        } catch let error as TemplateError {
            throw UsageError(error.description)
        }
    }

    private func engine() throws -> EngineSource {
        if let mapreduce { return try NewPackage.source(mapreduce) }
        if let program = try Files.resolved("/proc/self/exe"),
            let directory = try NewPackage.engine(above: program)
        {
            return .path(directory)
        }
        throw TemplateError(
            "this program does not lie in a checkout of the engine; say where its package is with "
                + "--mapreduce PATH-OR-URL"
        )
    }
}

extension NewCommand: Documented {
    static let notes = CommandNotes(
        failure: "It could not be written.",
        examples: [("Begin a package", "mapreduce new shops")]
    )
}
