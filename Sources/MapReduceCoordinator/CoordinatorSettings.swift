package import MapReduceControl
package import MapReduceHTTP

/// How a coordinator is run.
package struct CoordinatorSettings: Sendable {
    package var server: ServerSettings
    /// Where the journal, the executables and the side files are kept.
    package var dataDirectory: String
    package var policy = Policy()
    /// Jobs that have ended and are still listed.
    package var keptJobCount = CoordinatorLimits.keptJobCount
    /// The largest executable or side file that is taken, in bytes.
    package var maxUploadByteCount = CoordinatorLimits.maxUploadByteCount

    /// Streams that are open at once.
    package var maxStreamCount = CoordinatorLimits.maxStreamCount
    /// How often a stream tells of changes of one kind, at most.
    package var streamInterval = CoordinatorLimits.streamInterval

    package static let defaultPort = 9310

    package init(server: ServerSettings, dataDirectory: String) {
        self.server = server
        self.dataDirectory = dataDirectory
    }
}
