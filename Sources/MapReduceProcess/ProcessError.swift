#if canImport(Glibc)
internal import Glibc
#endif

/// An error that a process, a channel or a page could not be created.
package struct ProcessError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }

    /// Creates an error from a system error: "cannot make a pipe: Too many open files".
    package init(_ action: String, _ name: String, errno code: Int32) {
        description = "cannot \(action) \(name): \(String(cString: strerror(code)))"
    }
}
