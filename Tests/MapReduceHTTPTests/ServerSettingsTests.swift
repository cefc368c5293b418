import Foundation
import TestSupport
import Testing

@testable import MapReduceHTTP

@Suite struct ServerSettingsTests {
    @Test func otherMachinesNeedAToken() throws {
        for host in ["0.0.0.0", "192.168.1.2", "::", "example.org", "127.evil.org"] {
            #expect(throws: ConfigurationError.self) { try ServerSettings(host: host, port: 0) }
            _ = try ServerSettings(host: host, port: 0, token: Token("0123456789abcdef"))
        }
        for host in ["127.0.0.1", "localhost", "::1", "127.1.2.3"] {
            _ = try ServerSettings(host: host, port: 0)
        }
    }

    @Test func addressesAreRead() throws {
        func parse(_ text: String) throws -> String {
            let (host, port) = try ServerSettings.parse(text, defaultPort: 9)
            return "\(host) \(port)"
        }
        #expect(try parse("127.0.0.1:80") == "127.0.0.1 80")
        #expect(try parse("localhost") == "localhost 9")
        #expect(try parse("[::1]:80") == "::1 80")
        #expect(try parse("[::1]") == "::1 9")
        for text in ["", ":80", "host:", "host:x", "host:70000", "[::1", "[::1]x"] {
            #expect(throws: ConfigurationError.self, "\(text)") { try parse(text) }
        }
    }

    @Test func tokensAreSecret() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("token", "0123456789abcdef\n")
        chmod(path, 0o644)
        #expect(throws: ConfigurationError.self) { try Token(file: path) }
        chmod(path, 0o600)
        let token = try Token(file: path)
        #expect(token.matches("Bearer 0123456789abcdef"))
        for wrong in [nil, "", "Bearer", "Bearer 0123456789abcdeg", "0123456789abcdef"] {
            #expect(!token.matches(wrong))
        }
        #expect(throws: ConfigurationError.self) { try Token("short") }
        #expect(throws: ConfigurationError.self) { try Token("with spaces in between") }
    }
}
