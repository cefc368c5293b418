internal import MapReduceEngine
package import MapReduceModel

/// Compares a finished output with its manifest.
package struct OutputVerifier {
    private let path: String
    private let manifest: Manifest
    /// The deviations from the manifest, one sentence each.
    private var problems: [String] = []

    /// The result of the verification.
    package struct Findings: Hashable, Sendable {
        package let manifest: Manifest
        /// The deviations from the manifest, one sentence each; empty if the output is intact.
        package let problems: [String]

        package var recordCount: Int { manifest.files.reduce(0) { $0 &+ $1.records } }
        package var byteCount: Int { manifest.files.reduce(0) { $0 &+ $1.bytes } }
    }

    /// Verifies an output by reading every byte: it must have all files of the manifest and no
    /// other parts, with the manifest's sizes, record counts and checksums.
    ///
    /// - Throws: `EngineError` if there is no finished output, or its manifest cannot be read.
    package static func verify(_ path: String) throws -> Findings {
        guard try Files.kind(of: path) == .directory else {
            throw EngineError(.badInput, "\(path) is not a directory; give that of an output")
        }
        let names = try OutputDirectory.names(in: path)
        guard names.contains(OutputDirectory.successName) else {
            throw EngineError(
                .badInput,
                "\(path) is no finished output: it has no \(OutputDirectory.successName)"
            )
        }
        var verifier = OutputVerifier(
            path: path,
            manifest: try readManifest(path + "/" + OutputDirectory.manifestName)
        )
        for name in names.sorted() { verifier.checkIsListed(name) }
        for file in verifier.manifest.files { try verifier.check(file, isThere: names) }
        return Findings(manifest: verifier.manifest, problems: verifier.problems)
    }

    private init(path: String, manifest: Manifest) {
        self.path = path
        self.manifest = manifest
    }

    private static func readManifest(_ path: String) throws -> Manifest {
        let bytes = try Files.read(path)
        let manifest: Manifest
        do {
            manifest = try JSONText.decode(Manifest.self, from: bytes)
        } catch {
            throw EngineError(.badInput, "\(path) is not a manifest: \(error)")
        }
        guard manifest.version == Manifest.currentVersion else {
            throw EngineError(
                .badInput,
                "\(path) is of version \(manifest.version), and this is for "
                    + "\(Manifest.currentVersion)"
            )
        }
        return manifest
    }

    private mutating func checkIsListed(_ name: String) {
        if name == OutputDirectory.temporaryName {
            problems.append("\(name) is there: a run has not ended, or was killed")
        } else if Files.name(of: name).hasPrefix(PartName.prefix),
            !manifest.files.contains(where: { $0.name == name })
        {
            problems.append("\(name) is there, and not in the manifest")
        }
    }

    private mutating func check(_ file: Manifest.File, isThere names: [String]) throws {
        // Never look outside the directory.
        guard names.contains(file.name) else {
            problems.append("\(file.name) is missing")
            return
        }
        let part = try StoredPart(path: path + "/" + file.name, name: PartName(file.name))
        let crc32 = Manifest.File.text(ofChecksum: part.checksum)
        if part.byteCount != file.bytes {
            problems.append("\(file.name) has \(part.byteCount) bytes, and not \(file.bytes)")
        } else if crc32 != file.crc32 {
            problems.append(
                "\(file.name) has changed: its CRC-32 is \(crc32), and not \(file.crc32)"
            )
        } else if let problem = try part.problem(withRecordCount: file.records) {
            problems.append("\(file.name) \(problem)")
        }
    }
}
