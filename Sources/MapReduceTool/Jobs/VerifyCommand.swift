internal import ArgumentParser
internal import MapReduceDriver
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport

/// The command `mapreduce verify`.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks finished outputs against their manifests.",
        discussion: """
            Reads every file of an output, and compares sizes, numbers of records and checksums \
            with _MANIFEST.json. It needs no coordinator.
            """
    )

    @Argument(help: "Directories of outputs.", completion: .directory) var outputs: [String]

    func run() throws {
        var isWhole = true
        for output in outputs {
            let findings = try OutputVerifier.verify(output)
            for problem in findings.problems {
                isWhole = false
                Terminal.write("\(output): \(problem)".printableLine + "\n", to: 1)
            }
            if findings.problems.isEmpty {
                Terminal.write(
                    "\(output): \(Format.count(findings.manifest.files.count, "file")), "
                        + "\(Format.count(findings.recordCount, "record")), "
                        + "\(Format.bytes(findings.byteCount)), as the manifest says\n",
                    to: 1
                )
            }
        }
        if !isWhole { throw ExitCode(1) }
    }
}

extension VerifyCommand: Documented {
    static let notes = CommandNotes(
        failure: "An output is not what its manifest says, or cannot be read.",
        files: [
            ("DIRECTORY/_MANIFEST.json", "What the files of an output are, and their checksums.")
        ],
        examples: [("Check an output", "mapreduce verify counts")]
    )
}
