internal import Hummingbird
package import MapReduceModel

/// The numbers in the paths and queries of requests.
extension ClusterContext {
    /// Returns a number from the path.
    package func number(_ name: String) throws -> Int {
        guard let text = parameters.get(name), let number = Int(text), number >= 0 else {
            throw ClusterError.badRequest("the \(name) in the path is not a number")
        }
        return number
    }

    package var job: JobID { get throws { JobID(try number("job")) } }

    package var attempt: AttemptID {
        get throws {
            AttemptID(
                task: TaskID(
                    job: try job,
                    stage: try number("stage"),
                    index: try number("task")
                ),
                number: try number("attempt")
            )
        }
    }
}

extension Request {
    /// Returns a number from the query; nil if it is not there.
    package func number(_ name: String) throws -> Int? {
        guard let text = uri.queryParameters.get(name) else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw ClusterError.badRequest("\(name) is not a number")
        }
        return number
    }

    /// How long the answer may wait: the query's `wait`, in milliseconds.
    package var wait: Duration {
        get throws {
            let longest = HTTPLimits.maxRequestedWaitMilliseconds
            return .milliseconds(min(try number("wait") ?? 0, longest))
        }
    }
}
