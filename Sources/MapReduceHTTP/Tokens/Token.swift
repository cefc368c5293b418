internal import Crypto
internal import MapReduceEngine
internal import MapReduceModel

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The secret that all processes of a cluster share; requests carry it as a bearer token.
package struct Token: Hashable, Sendable {
    package let secret: Secret

    /// Creates a token from text.
    /// - Throws: `ConfigurationError` if the token is too short to be a secret, or is not valid in
    ///   a header.
    package init(_ text: String) throws {
        guard text.utf8.count >= HTTPLimits.minTokenByteCount else {
            throw ConfigurationError(
                "a token needs at least \(HTTPLimits.minTokenByteCount) characters; make one with "
                    + "`openssl rand -hex 32`"
            )
        }
        guard text.utf8.allSatisfy({ 0x21...0x7e ~= $0 }) else {
            throw ConfigurationError("a token is made of printable ASCII characters without spaces")
        }
        secret = Secret(text)
    }

    /// Reads a token from the first line of a file, which others must not be able to read.
    package init(file path: String) throws {
        if let mode = try Files.permissions(of: path), mode & 0o077 != 0 {
            throw ConfigurationError(
                "the token file \(path) can be read by others; run chmod 600 \(path)"
            )
        }
        let text = String(decoding: try Files.read(path), as: UTF8.self)
        try self.init(String(text.prefix { $0 != "\n" && $0 != "\r" }))
    }

    private init(random secret: Secret) { self.secret = secret }

    /// Returns a token that cannot be guessed: 256 random bits.
    package static func random() -> Token {
        var text = ""
        for _ in 0..<4 {
            let digits = String(UInt64.random(in: 0 ... .max), radix: 16)
            text += String(repeating: "0", count: 16 - digits.count) + digits
        }
        return Token(random: Secret(text))
    }

    /// Returns whether a header's value carries this token.
    ///
    /// The time it takes depends only on the length of the value: digests of both are compared in
    /// constant time.
    package func matches(_ header: String?) -> Bool {
        secret.reveal { text in
            let expected = SHA256.hash(data: Data("Bearer \(text)".utf8))
            return expected == SHA256.hash(data: Data((header ?? "").utf8))
        }
    }
}

extension Token: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(token)" }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// An error in the settings that makes them unusable.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
