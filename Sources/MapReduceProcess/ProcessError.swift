#if canImport(Glibc)
internal import Glibc
#endif

/// A process, a channel or a page that could not be made.
package struct ProcessError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }

    /// An error of the system: "cannot make a pipe: Too many open files".
    package init(_ action: String, _ name: String, errno code: Int32) {
        description = "cannot \(action) \(name): \(String(cString: strerror(code)))"
    }
}
