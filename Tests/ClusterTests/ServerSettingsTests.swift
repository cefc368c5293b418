import Foundation
import TestSupport
import Testing

@testable import MapReduceHTTP
@testable import MapReduceWorker

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

    /// A worker that only its own machine reaches is of use to a coordinator of that machine alone.
    @Test func aWorkerMustBeReachable() throws {
        func isReachable(_ host: String, _ coordinator: String) throws -> Bool {
            let server = try ServerSettings(host: host, port: 0, token: Token("0123456789abcdef"))
            return try WorkerSettings(
                server: server,
                coordinator: coordinator,
                slotCount: 1,
                scratchBase: "/scratch"
            ).isReachable
        }
        #expect(try isReachable("127.0.0.1", "http://127.0.0.1:9310"))
        #expect(try isReachable("127.0.0.1", "http://[::1]:9310/"))
        #expect(try !isReachable("127.0.0.1", "http://10.0.0.1:9310"))
        #expect(try isReachable("10.0.0.2", "http://10.0.0.1:9310"))
        #expect(try !isReachable("0.0.0.0", "http://10.0.0.1:9310"))
        #expect(throws: ConfigurationError.self) { try isReachable("127.0.0.1", "http://") }
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

    @Test func rangesAreRead() throws {
        #expect(try WorkerRoutes.range(nil, byteCount: 10) == 0..<10)
        #expect(try WorkerRoutes.range("bytes=4-", byteCount: 10) == 4..<10)
        #expect(try WorkerRoutes.range("bytes=0-", byteCount: 10) == 0..<10)
        #expect(try WorkerRoutes.range("bytes=4-6", byteCount: 10) == 4..<7)
        #expect(try WorkerRoutes.range("bytes=4-4", byteCount: 10) == 4..<5)
        #expect(try WorkerRoutes.range("bytes=4-9", byteCount: 10) == 4..<10)
        #expect(try WorkerRoutes.range("bytes=4-\(Int.max)", byteCount: 10) == 4..<10)
        for range in [
            "bytes=-4", "lines=1-", "bytes=x-", "bytes=10-", "bytes=--", "bytes=6-4", "bytes=1-2-3",
            "bytes=1", "bytes=", "bytes=1-+2", "bytes=+1-2", "bytes=10-12", "4-6", "bytes=1-x",
            "bytes=1-99999999999999999999", "bytes=1-2,4-5",
        ] {
            #expect(throws: ClusterError.self) {
                try WorkerRoutes.range(range, byteCount: 10)
            }
        }
    }
}
