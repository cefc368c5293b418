import Foundation
import TestSupport
import Testing

@testable import MapReduceHTTP

/// The files in which `mapreduce cluster` keeps its token for the clients of its user.
@Suite struct LocalTokensTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    private func files(_ tokens: LocalTokens) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: tokens.directories[0])
    }

    @Test func theOwnerAloneFindsATokenWhileItsClusterRuns() throws {
        let tokens = LocalTokens(directories: [directory("a/b/tokens")])
        let url = "http://127.0.0.1:9310"
        #expect(try tokens.token(url: url) == nil)
        let token = Token.random()
        let file = try tokens.publish(token, url: url)
        #expect(try mode(file.path) == 0o600)
        #expect(try mode(tokens.directories[0]) == 0o700)
        for name in ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"] {
            #expect(try tokens.token(url: "http://\(name):9310") == token, "\(name)")
            #expect(try tokens.token(url: "http://\(name):9310/") == token, "\(name)")
        }
        for other in ["http://127.0.0.1:9311", "http://10.0.0.1:9310", "http://127.0.0.2:9310"] {
            #expect(try tokens.token(url: other) == nil, "\(other)")
        }
        try file.remove()
        #expect(try tokens.token(url: url) == nil)
        #expect(try files(tokens).isEmpty)
    }

    @Test func twoClustersHaveAFileEach() throws {
        let tokens = LocalTokens(directories: [directory("tokens")])
        let (one, two) = (Token.random(), Token.random())
        let first = try tokens.publish(one, url: "http://127.0.0.1:1")
        let second = try tokens.publish(two, url: "http://127.0.0.1:2")
        #expect(try tokens.token(url: "http://localhost:1") == one)
        #expect(try tokens.token(url: "http://localhost:2") == two)
        try first.remove()
        #expect(try tokens.token(url: "http://localhost:1") == nil)
        #expect(try tokens.token(url: "http://localhost:2") == two)
        try second.remove()
    }

    /// The file of a cluster that was killed is neither used nor kept.
    @Test func aStaleFileIsNotUsed() throws {
        let tokens = LocalTokens(directories: [directory("tokens")])
        func leave(_ url: String) throws -> String {
            // The lock ends with the value, as it does with a process.
            let file = try tokens.publish(.random(), url: url)
            return file.path
        }
        let stale = try leave("http://127.0.0.1:1")
        #expect(FileManager.default.fileExists(atPath: stale))
        #expect(try tokens.token(url: "http://127.0.0.1:1") == nil)
        let fresh = try tokens.publish(.random(), url: "http://127.0.0.1:2")
        #expect(!FileManager.default.fileExists(atPath: stale))
        try fresh.remove()
    }

    /// One that took the place of another is not removed with it.
    @Test func aFileOfAnotherClusterIsNotRemoved() throws {
        let tokens = LocalTokens(directories: [directory("tokens")])
        let url = "http://127.0.0.1:1"
        let first = try tokens.publish(.random(), url: url)
        let token = Token.random()
        let second = try tokens.publish(token, url: url)
        try first.remove()
        #expect(try tokens.token(url: url) == token)
        try second.remove()
    }

    @Test func aDirectoryThatOthersReadIsNotUsed() throws {
        try FileManager.default.createDirectory(
            atPath: directory("open"),
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o755]
        )
        let open = LocalTokens(directories: [directory("open")])
        #expect(throws: ConfigurationError.self) {
            try open.publish(.random(), url: "http://127.0.0.1:1").remove()
        }
        let tokens = LocalTokens(directories: [directory("open"), "/proc/none", directory("own")])
        let token = Token.random()
        let file = try tokens.publish(token, url: "http://127.0.0.1:1")
        #expect(file.path.hasPrefix(directory("own")))
        #expect(try tokens.token(url: "http://127.0.0.1:1") == token)
        chmod(file.path, 0o644)
        #expect(throws: ConfigurationError.self) { try tokens.token(url: "http://127.0.0.1:1") }
        try file.remove()
    }

    @Test func placesComeFromTheEnvironment() {
        func directories(_ variables: [String: String]) -> [String] {
            LocalTokens { variables[$0] }.directories
        }
        let both = directories(["XDG_STATE_HOME": "/state", "HOME": "/home/ada"])
        #expect(
            both.prefix(2)
                == ["/state/mapreduce/tokens", "/home/ada/.local/state/mapreduce/tokens"]
        )
        // Without a home in the environment that of the user's account is used, or /tmp.
        let none = directories(["HOME": "relative"])
        #expect(none.last == "/tmp/mapreduce-tokens-\(geteuid())")
        #expect(none.allSatisfy { $0.hasPrefix("/") })
        #expect(Set(none).count == none.count)
    }
}
