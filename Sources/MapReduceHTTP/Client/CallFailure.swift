internal import AsyncHTTPClient
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

#if canImport(Glibc)
internal import Glibc
#endif

/// The reason why a service did not answer, in our own words.
///
/// `Unreachability` uses these words to tell the kinds of failure apart.
enum CallFailure {
    /// Returns the words for an error.
    ///
    /// `url`: the URL that was requested.
    static func words(for error: any Error, url: String) -> String {
        switch error {
        case let error as NIOConnectionError:
            if error.dnsAError != nil || error.dnsAAAAError != nil {
                return "DNS error: the name \(error.host) is not known"
            }
            // The addresses of a name usually all fail in the same way.
            guard let last = error.connectionErrors.last else { return "connection refused" }
            return words(for: last.error, url: url)
        case let error as IOError: return words(ofErrno: error.errnoCode)
        case let error as NIOSSLError: return words(of: error)
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            return "its certificate is not for \(host(of: url)) (CERTIFICATE_VERIFY_FAILED): use a "
                + "name or address that is in it, or have one made with this one in its "
                + "subjectAltName"
        case let error as HTTPClientError: return words(of: error, url)
        default: return words(ofText: "\(error)")
        }
    }

    private static func words(ofErrno code: Int32) -> String {
        let text = String(cString: strerror(code))
        return text.prefix(1).lowercased() + text.dropFirst()
    }

    private static func words(of error: HTTPClientError, _ url: String) -> String {
        switch error {
        case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout:
            return "timed out: no connection in time"
        case .readTimeout, .deadlineExceeded, .writeTimeout:
            return "timed out: no answer in time"
        case .remoteConnectionClosed:
            let hint = url.hasPrefix("https:") ? "" : "; if it speaks TLS, its URL is https://…"
            return "connection closed without an answer\(hint)"
        default: return error.shortDescription
        }
    }

    private static func words(of error: NIOSSLError) -> String {
        switch error {
        case .handshakeFailed(let reason): return words(ofText: "\(reason)")
        case .unableToValidateCertificate: return untrusted
        default: return "the TLS connection failed: \(words(ofText: "\(error)"))"
        }
    }

    private static let untrusted =
        "its certificate is not trusted (CERTIFICATE_VERIFY_FAILED): name the file of the "
        + "authority that signed it with --tls-ca"

    /// Returns the words for the library's text, which contains a path of the build machine and the
    /// reason as one word.
    private static func words(ofText text: String) -> String {
        if text.contains("CERTIFICATE_VERIFY_FAILED") { return untrusted }
        if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
            return "it does not speak TLS (WRONG_VERSION_NUMBER): is its URL http://…?"
        }
        guard let mark = text.firstRange(of: "OPENSSL_internal:") else { return text }
        let reason = text[mark.upperBound...].prefix { $0.isLetter || $0 == "_" || $0.isNumber }
        return "the TLS handshake failed (\(reason))"
    }

    private static func host(of url: String) -> String {
        let authority = url.split(separator: "/").dropFirst().first.map(String.init) ?? url
        do {
            return try ServerSettings.parse(authority, defaultPort: 0).host
        } catch {
            return authority
        }
    }
}
