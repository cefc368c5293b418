import Foundation

/// Why the mutants cannot be planted.
struct PlantingError: Error, CustomStringConvertible {
    let description: String
}

/// Copies sources, and plants all mutants in the copies.
struct Planting {
    /// The module of the originals: the copies are in one module with what imports it.
    static let module = "MapReduceControl"
    let mutants: [Mutant]

    /// - Returns: the text of a source with every mutant that belongs there.
    func plant(in name: String, _ source: String) throws -> String {
        var text = source.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.hasSuffix("import \(Self.module)") }.joined(separator: "\n")
        for mutant in mutants {
            for edit in mutant.edits where edit.file == name {
                let parts = text.components(separatedBy: edit.text)
                guard parts.count == 2 else {
                    throw PlantingError(
                        description: "\(name) has the text of the mutant \(mutant.name) "
                            + "\(parts.count - 1) times, and not once: \(edit.text)"
                    )
                }
                let isOn = "Mutation.\(mutant.name).isOn"
                text = parts.joined(
                    separator: edit.replacement.replacingOccurrences(of: "$on", with: isOn)
                )
            }
        }
        return text
    }

    /// Plants them in files.
    /// - Throws: `PlantingError` also when a mutant's file is not among them.
    func plant(inFiles paths: [String], output: String) throws {
        var names: Set<String> = []
        for path in paths {
            let name = (path as NSString).lastPathComponent
            guard names.insert(name).inserted else {
                throw PlantingError(description: "two sources are called \(name)")
            }
            let source = try String(contentsOfFile: path, encoding: .utf8)
            let text = try plant(in: name, source)
            try text.write(toFile: output + "/" + name, atomically: true, encoding: .utf8)
        }
        for edit in mutants.flatMap(\.edits) where !names.contains(edit.file) {
            throw PlantingError(description: "\(edit.file) is not among the sources")
        }
        let cases = mutants.map { "    /// \($0.bug)\n    case \($0.name)\n" }.joined()
        try """
        /// The mutants; made by `plantmutants`.
        package enum Mutation: String, CaseIterable, Sendable {
        \(cases)}

        """
        .write(toFile: output + "/MutationCases.swift", atomically: true, encoding: .utf8)
    }
}

/// `plantmutants OUTPUT SOURCE...`: run by the build.
@main enum PlantMutantsTool {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let output = arguments.first else {
            throw PlantingError(description: "plantmutants OUTPUT SOURCE...")
        }
        try Planting(mutants: Mutant.all).plant(
            inFiles: Array(arguments.dropFirst()),
            output: output
        )
    }
}
