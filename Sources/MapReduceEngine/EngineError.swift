package import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// An error in the data plane.
///
/// The kind decides what happens next; the message is one sentence that names the thing and the
/// place and says what to do.
package struct EngineError: Error, Hashable, Sendable, CustomStringConvertible {
    package var kind: FailureKind
    package var message: String
    package var location: RecordLocation?
    /// The run that could not be read, for a failed fetch.
    package var run: String?

    package init(
        _ kind: FailureKind,
        _ message: String,
        location: RecordLocation? = nil,
        run: String? = nil
    ) {
        self.kind = kind
        self.message = message
        self.location = location
        self.run = run
    }

    package var description: String { message }

    /// Returns the error for a failed system call on a file.
    ///
    /// Unless `kind` says otherwise, a read-only disk, an I/O error, and missing memory or
    /// descriptors are the machine's fault, and anything else is the input's. A full disk is always
    /// `diskFull`.
    package static func system(
        _ action: String,
        _ path: String,
        errno code: Int32,
        kind: FailureKind? = nil
    ) -> EngineError {
        let hint: String
        switch code {
        case ENOSPC, EDQUOT: hint = "; free some space, or choose another disk"
        case EROFS: hint = "; choose a directory that can be written to"
        case EACCES, EPERM: hint = "; check the permissions"
        case ENAMETOOLONG: hint = "; the path is too long: move or rename what it leads to"
        case EMFILE, ENFILE: hint = "; raise the limit of open files (ulimit -n)"
        default: hint = ""
        }
        let isDisk = [ENOSPC, EDQUOT].contains(code)
        let isResource = [EROFS, ENOMEM, EMFILE, ENFILE, EIO].contains(code)
        return EngineError(
            isDisk ? .diskFull : kind ?? (isResource ? .outOfResources : .badInput),
            "cannot \(action) \(path): \(systemMessage(code))\(hint)"
        )
    }

    /// Returns the system's message for an error number.
    package static func systemMessage(_ code: Int32) -> String {
        String(cString: strerror(code))
    }
}
