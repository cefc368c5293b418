internal import MapReduceEngine

#if canImport(Glibc)
internal import Glibc
#endif

/// A report file named on the command line, which a run writes about itself when it ends.
struct ReportFile {
    /// The option that names the file, for errors.
    let option: String
    let path: String

    /// Checks that nothing prevents writing the file, before the job runs.
    ///
    /// `output`: the directory of the job's output.
    /// `inputs`: the files that the job reads, with links resolved.
    func check(output: String, inputs: Set<String>) throws {
        let parent = Files.parent(of: path) ?? "."
        switch try Files.kind(of: path) {
        case .directory:
            throw RunError(
                .usage,
                "\(path) is a directory; give --\(option) the name of a file in it"
            )
        case .file:
            if let real = try Files.resolved(path), inputs.contains(real) {
                throw RunError(
                    .usage,
                    "--\(option) would replace \(path), which the job reads; choose another file"
                )
            }
        case .other, nil: break
        }
        guard try Files.kind(of: parent) == .directory else {
            throw RunError(.usage, "there is no directory \(parent) for --\(option) \(path)")
        }
        if output != "-", let parent = try Files.resolved(parent),
            let target = try Files.resolved(output),
            (parent + "/").hasPrefix(target + "/")
        {
            throw RunError(
                .usage,
                "--\(option) \(path) lies in the output \(output), which holds what the job writes "
                    + "and nothing else; choose a file elsewhere"
            )
        }
        do {
            try checkWritable()
        } catch let error as EngineError {
            throw RunError(.usage, "--\(option) \(path) cannot be written: \(error.message)")
        }
    }

    private func checkWritable() throws {
        if try isReplaced {
            _ = try OpenFile(creating: partialPath)
            try Files.remove(partialPath)
        } else if access(path, W_OK) != 0 {
            throw EngineError.system("write", path, errno: errno)
        }
    }

    /// Writes the whole file or nothing.
    ///
    /// Anything but a plain file, in particular a link, is written in place.
    func write(_ text: String) throws {
        guard try isReplaced else { return try Files.overwrite(text, at: path) }
        do {
            try Files.write(text, toNew: partialPath)
            try Files.rename(partialPath, to: path)
        } catch {
            try Files.remove(partialPath)
            throw error
        }
    }

    private var isReplaced: Bool {
        get throws {
            switch try Files.kind(of: path, followingLinks: false) {
            case .file, nil: true
            case .directory, .other: false
            }
        }
    }

    private var partialPath: String { "\(path).\(getpid()).partial" }
}
