package import MapReduceControl
package import MapReduceHTTP

/// The settings of a coordinator.
package struct CoordinatorSettings: Sendable {
    package var server: ServerSettings
    /// The directory of the journal, the executables, and the side files.
    package var dataDirectory: String
    package var policy = Policy()
    /// The number of ended jobs that are still listed.
    package var keptJobCount = CoordinatorLimits.keptJobCount
    /// The size of the largest executable or side file accepted, in bytes.
    package var maxUploadByteCount = CoordinatorLimits.maxUploadByteCount

    /// The maximum number of streams open at once.
    package var maxStreamCount = CoordinatorLimits.maxStreamCount
    /// The minimum time between a stream's updates of one kind.
    package var streamInterval = CoordinatorLimits.streamInterval

    package static let defaultPort = 9310

    package init(server: ServerSettings, dataDirectory: String) {
        self.server = server
        self.dataDirectory = dataDirectory
    }
}
