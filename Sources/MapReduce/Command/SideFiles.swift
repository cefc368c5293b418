internal import MapReduceControl
internal import MapReduceDriver
internal import MapReduceEngine
internal import MapReduceModel
internal import Synchronization

/// The side files of a command line, and which of them the job has requested.
final class SideFiles: Sendable {
    private let paths: [String: String]
    private let asked = Mutex<[String: FileSignature]>([:])

    /// Creates an empty set of files.
    init() { paths = [:] }

    /// Creates a set of files from paths by name.
    init(_ paths: [String: String]) { self.paths = paths }

    /// Parses the `name=path` arguments of the command line.
    ///
    /// `directory`: contains the files by name, if they are not at the paths of the command line.
    init(arguments: [String], directory: String?) throws {
        var paths: [String: String] = [:]
        for argument in arguments {
            let (name, path) = try Self.split(argument)
            guard paths[name] == nil else {
                throw JobError(.usage, "--file \(name) is given twice; give it once")
            }
            paths[name] = directory.map { "\($0)/\(name)" } ?? path
        }
        guard paths.count <= Policy.maxSideFileCount else {
            throw JobError(
                .usage,
                "a job has at most \(Policy.maxSideFileCount) side files, and not \(paths.count)"
            )
        }
        self.paths = paths
    }

    private static func split(_ argument: String) throws -> (name: String, path: String) {
        guard let equals = argument.firstIndex(of: "="),
            SideFileName.isValid(argument[..<equals]),
            argument.index(after: equals) < argument.endIndex
        else {
            throw JobError(
                .usage,
                "\(argument) is no side file; write --file NAME=PATH, with a name of ASCII "
                    + "letters, digits, _ and -"
            )
        }
        return (String(argument[..<equals]), String(argument[argument.index(after: equals)...]))
    }

    /// Finds a file that the job requests.
    func file(_ name: String) throws -> SideFile {
        guard SideFileName.isValid(name) else {
            throw JobError(
                .usage,
                "\"\(name)\" cannot name a side file; use ASCII letters, digits, _ and -"
            )
        }
        guard let path = paths[name] else {
            throw JobError(.usage, "no file \(name); add --file \(name)=path")
        }
        switch try Files.kind(of: path) {
        case .file: try checkCanBeReadAgain(path, name)
        case nil: throw JobError(.usage, "there is no file \(path) (--file \(name))")
        case .directory:
            throw JobError(.usage, "\(path) is a directory, not a file (--file \(name))")
        case .other: try checkCanBeReadAgain(path, name)
        }
        // Taken before the job can read the file: the job reads what is there from now on.
        let signature = try OpenFile(reading: path).signature()
        asked.withLock { $0[name] = $0[name] ?? signature }
        return SideFile(name: name, path: path)
    }

    /// Checks that the file can be read more than once: every process of the job reads it.
    private func checkCanBeReadAgain(_ path: String, _ name: String) throws {
        if try InputStream(path) != nil {
            throw JobError(
                .usage,
                "\(path) can be read only once (--file \(name)); save it to a file"
            )
        }
        guard try InputFiles.hasTrueSize(path) else {
            throw JobError(
                .usage,
                "the size of \(path) is not that of what it holds (--file \(name)); copy it to "
                    + "another file"
            )
        }
    }

    /// Checks that the job has requested every file that the command line gives.
    func checkAreAsked() throws {
        let asked = asked.withLock { Set($0.keys) }
        guard let name = paths.keys.filter({ !asked.contains($0) }).min() else { return }
        throw JobError(.usage, "the job reads no file named \(name); leave --file \(name) out")
    }

    /// The files that the job has requested, by name.
    var described: [DescribedFile] {
        let asked = asked.withLock { $0 }
        return asked.sorted { $0.key < $1.key }.compactMap { name, signature in
            paths[name].map { DescribedFile(name: name, path: $0, signature: signature) }
        }
    }
}
