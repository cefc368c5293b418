internal import MapReduceEngine
package import MapReduceModel
internal import MapReduceProcess

extension ServiceStatus {
    /// Returns the status of this process, which keeps its files in a directory.
    package static func current(
        directory: String,
        diagnostics: WorkerDiagnostics? = nil
    ) throws -> ServiceStatus {
        ServiceStatus(
            time: WallClock.now,
            directory: directory,
            freeByteCount: try Files.freeByteCount(at: directory),
            fileLimit: FileLimit.current.now,
            diagnostics: diagnostics
        )
    }
}
