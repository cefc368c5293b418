internal import Hummingbird
package import MapReduceModel

extension ClusterContext {
    /// A number of the path.
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
    /// A number of the query; nil when it is not there.
    package func number(_ name: String) throws -> Int? {
        guard let text = uri.queryParameters.get(name) else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw ClusterError.badRequest("\(name) is not a number")
        }
        return number
    }

    /// How long the answer may wait: `wait`, in milliseconds.
    package var wait: Duration {
        get throws {
            let longest = HTTPLimits.maxRequestedWaitMilliseconds
            return .milliseconds(min(try number("wait") ?? 0, longest))
        }
    }
}
