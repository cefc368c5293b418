internal import MapReduceModel

/// Text that no description, log, mirror, or encoder shows.
///
/// It is not `Encodable`, and interpolating it does not compile. Printing a value that holds one
/// prints `(secret)` in its place. `reveal` is the only way to get the text: search for it to find
/// every place that uses a secret.
package struct Secret: Hashable, Sendable {
    private let text: String

    package init(_ text: String) { self.text = text }

    /// Calls the body with the text, which the body must not keep longer than necessary.
    package func reveal<Result, Failure: Error>(
        _ body: (String) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(text)
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(secret)" }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension DefaultStringInterpolation {
    /// A secret must not appear in text.
    @available(*, unavailable, message: "a secret is not printed; see Secret.reveal")
    package mutating func appendInterpolation(_ secret: Secret) {}

    /// A token must not appear in text.
    @available(*, unavailable, message: "a token is not printed; see Secret.reveal")
    package mutating func appendInterpolation(_ token: Token) {}
}
