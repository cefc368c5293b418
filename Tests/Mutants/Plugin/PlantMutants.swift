import Foundation
import PackagePlugin

/// Makes the sources of `MutatedSimulation`: those of the control plane and of its simulation, with
/// every mutant planted by the tool `plantmutants`.
@main struct PlantMutants: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL
        let folders = ["Sources/MapReduceControl", "Tests/Simulation"]
        let sources = folders.flatMap { swiftFiles(below: root.appending(path: $0)) }
        let output = context.pluginWorkDirectoryURL
        let names = sources.map(\.lastPathComponent) + ["MutationCases.swift"]
        return [
            .buildCommand(
                displayName: "Planting mutants",
                executable: try context.tool(named: "plantmutants").url,
                arguments: [output.path()] + sources.map { $0.path() },
                inputFiles: sources,
                outputFiles: names.map { output.appending(path: $0) }
            )
        ]
    }

    private func swiftFiles(below folder: URL) -> [URL] {
        let names =
            FileManager.default.enumerator(atPath: folder.path())?
            .compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".swift") }.sorted().map { folder.appending(path: $0) }
    }
}
