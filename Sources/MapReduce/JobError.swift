internal import MapReduceDriver

/// The reason why a job did not run or did not succeed.
public struct JobError: Error, Sendable, CustomStringConvertible {
    /// What kind of error it is.
    ///
    /// More kinds may be added.
    public struct Code: Hashable, Sendable {
        let number: Int32

        /// The request cannot be carried out: an argument, an input or an output is wrong.
        public static let usage = Code(number: 2)
        /// The job started and failed.
        public static let failed = Code(number: 1)
        /// The job was interrupted.
        public static let interrupted = Code(number: 130)
    }

    /// What kind of error it is.
    public var code: Code
    /// What went wrong, where, and what to do about it.
    public var message: String
    /// Where in the input it happened; nil if the error has no place in it.
    public var location: String?

    init(_ code: Code, _ message: String, location: String? = nil) {
        self.code = code
        self.message = message
        self.location = location
    }

    /// Converts an error that a driver throws into one for users.
    init(_ error: RunError) {
        self.init(Code(number: error.code.rawValue), error.message, location: error.location)
    }

    /// The message.
    public var description: String { message }
}
