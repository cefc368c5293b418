import Foundation
import PackagePlugin

/// Makes the sources of `MutatedSimulation`: those of the control plane and of its simulation, with
/// every mutant planted by the tool `plantmutants`.
@main struct PlantMutants: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL
        let folders = ["Sources/MapReduceControl", "Tests/Simulation"]
        let sources = try folders.flatMap { try swiftFiles(below: root.appending(path: $0)) }
        let output = context.pluginWorkDirectoryURL
        let names = sources.map(\.lastPathComponent) + ["MutationCases.swift"]
        return [
            .buildCommand(
                displayName: "Planting mutants",
                executable: try context.tool(named: "plantmutants").url,
                arguments: ([output] + sources).map { $0.path(percentEncoded: false) },
                inputFiles: sources,
                outputFiles: names.map { output.appending(path: $0) }
            )
        ]
    }

    private func swiftFiles(below folder: URL) throws -> [URL] {
        let path = folder.path(percentEncoded: false)
        let names = try FileManager.default.subpathsOfDirectory(atPath: path)
        return names.filter { $0.hasSuffix(".swift") }.sorted().map { folder.appending(path: $0) }
    }
}
