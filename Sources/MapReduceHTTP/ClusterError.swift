package import HTTPTypes
package import MapReduceModel

/// The refusal of a request: what the answer's status and body say.
package struct ClusterError: Error, Hashable, Sendable, CustomStringConvertible {
    package var status: HTTPResponse.Status
    /// One word, for programs.
    package var code: String
    /// A sentence for people: what is wrong, and what to do about it.
    package var message: String

    package init(_ status: HTTPResponse.Status, _ code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    package var description: String { message }

    package static func badRequest(_ message: String) -> ClusterError {
        ClusterError(.badRequest, "bad-request", message)
    }

    package static func notFound(_ message: String) -> ClusterError {
        ClusterError(.notFound, "not-found", message)
    }

    package static func noJob(_ id: JobID) -> ClusterError {
        .notFound("there is no job \(id.number); `mapreduce jobs` lists those there are")
    }

    /// Returns an error that names both versions, so that it is clear which side to update.
    package static func unknownVersion(_ version: String) -> ClusterError {
        ClusterError(
            .badRequest,
            "unknown-version",
            "this process speaks version \(ClusterProtocol.version) of the protocol, and was asked "
                + "for version \(version); use the same release of mapreduce on both sides"
        )
    }
}
