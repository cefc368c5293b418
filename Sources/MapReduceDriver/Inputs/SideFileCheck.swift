internal import MapReduceEngine
package import MapReduceModel

/// Checks that the run of a job will not replace its side files.
package enum SideFileCheck {
    /// - Throws: `RunError` if it would.
    package static func check(_ files: [DescribedFile], output: String) throws {
        guard let target = try Files.resolved(output).map({ $0 + "/" }) else { return }
        for file in files where try Files.resolved(file.path)?.hasPrefix(target) ?? false {
            throw RunError(
                .usage,
                "the file \(file.path) lies in the output \(output); choose another --output"
            )
        }
    }
}
