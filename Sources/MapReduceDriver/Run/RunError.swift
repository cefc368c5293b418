internal import MapReduceModel

/// Why a run did not begin, or did not end well.
///
/// The command of a job prints it and exits with its code; `collect` makes a `JobError` of it.
package struct RunError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The exit code of the process.
    package enum Code: Int32, Sendable {
        /// The job was started, and failed.
        case failed = 1
        /// What was asked for cannot be done: an argument, an input or an output is wrong.
        case usage = 2
        /// The job was interrupted.
        case interrupted = 130
    }

    package let code: Code
    /// What went wrong, where, and what to do about it.
    package let message: String
    /// Where in the input it happened; nil where it has no place.
    package let location: String?

    package init(_ code: Code, _ message: String, location: String? = nil) {
        self.code = code
        self.message = message
        self.location = location
    }

    /// A failure that ended the run while its thread went on; `replay`: runs the task again.
    package init(_ hung: HungThreadError, replay: String? = nil) {
        self.init(
            .failed,
            FailureText.text(of: hung.failure, attempt: hung.attempt, replay: replay),
            location: hung.failure.location?.description
        )
    }

    package var description: String { message }
}
