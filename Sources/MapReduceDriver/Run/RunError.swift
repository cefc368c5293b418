internal import MapReduceModel

/// The reason why a run did not start or did not succeed.
///
/// The command of a job prints it and exits with its code; `collect` turns it into a `JobError`.
package struct RunError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The exit code of the process.
    package enum Code: Int32, Sendable {
        /// The job started and failed.
        case failed = 1
        /// The request is invalid: an argument, an input or an output is wrong.
        case usage = 2
        /// The job was interrupted.
        case interrupted = 130
    }

    package let code: Code
    /// The message: what went wrong, where, and what to do about it.
    package let message: String
    /// The location in the input; nil if there is none.
    package let location: String?

    package init(_ code: Code, _ message: String, location: String? = nil) {
        self.code = code
        self.message = message
        self.location = location
    }

    /// Describes a failure that ended the run while the thread of its task kept running.
    ///
    /// `replay`: the command that runs the task again.
    package init(_ hung: HungThreadError, replay: String? = nil) {
        self.init(
            .failed,
            FailureText.text(of: hung.failure, attempt: hung.attempt, replay: replay),
            location: hung.failure.location?.description
        )
    }

    package var description: String { message }
}
