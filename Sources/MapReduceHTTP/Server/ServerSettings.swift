internal import MapReduceEngine
package import NIOSSL

/// The settings of a server: where it listens, and which clients it lets in.
package struct ServerSettings: Sendable {
    package var host: String
    /// 0 for any free port.
    package var port: Int
    package var token: Token?
    package var tls: TLSConfiguration?

    /// Creates settings.
    /// - Throws: `ConfigurationError` if other machines could reach the service without a token.
    package init(
        host: String,
        port: Int,
        token: Token? = nil,
        tls: TLSConfiguration? = nil
    ) throws {
        guard token != nil || Self.isLoopback(host) else {
            throw ConfigurationError(
                "listening on \(host) lets other machines in: give a token with --token-file, or "
                    + "listen on 127.0.0.1"
            )
        }
        self.host = host
        self.port = port
        self.token = token
        self.tls = tls
    }

    /// Reads `ADDRESS:PORT`, `[ADDRESS]:PORT` or `ADDRESS`.
    package static func parse(
        _ text: String,
        defaultPort: Int
    ) throws -> (host: String, port: Int) {
        let error = ConfigurationError(
            "\(text) is not an address to listen on; write ADDRESS:PORT, for example 127.0.0.1:9310"
        )
        var host = text[...]
        var port = defaultPort
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw error }
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            if !rest.isEmpty {
                guard rest.hasPrefix(":"), let number = Int(rest.dropFirst()) else { throw error }
                port = number
            }
        } else if let colon = text.lastIndex(of: ":") {
            guard let number = Int(text[text.index(after: colon)...]) else { throw error }
            host = text[..<colon]
            port = number
        }
        guard !host.isEmpty, 0...65535 ~= port else { throw error }
        return (String(host), port)
    }

    /// Returns whether only this machine can reach an address.
    package static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { part in
                part.allSatisfy { $0.isASCII && $0.isNumber } && UInt8(part) != nil
            }
    }

    /// Returns the TLS configuration of a service with a certificate and a key.
    package static func tls(certificate: String, key: String) throws -> TLSConfiguration {
        do {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(certificate)
                    .map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
            )
            configuration.minimumTLSVersion = .tlsv12
            return configuration
        } catch {
            throw ConfigurationError(
                "the certificate \(certificate) and the key \(key) cannot be used: \(error)"
            )
        }
    }

    /// Returns the TLS configuration with which a client checks the services that it calls.
    package static func clientTLS(authority: String) throws -> TLSConfiguration {
        guard try Files.kind(of: authority) == .file else {
            throw ConfigurationError("there is no file \(authority), which --tls-ca names")
        }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(authority)
        configuration.minimumTLSVersion = .tlsv12
        return configuration
    }

    /// Returns the address as part of a URL.
    package func url(port: Int) -> String {
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(tls == nil ? "http" : "https")://\(name):\(port)"
    }
}
