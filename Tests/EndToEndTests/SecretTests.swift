import ClusterTestSupport
import Foundation
import TestSupport
import Testing

@testable import MapReduceCoordinator
@testable import MapReduceHTTP

/// A secret is shown nowhere by accident.
@Suite(.timeLimit(.minutes(15))) struct SecretTests {
    private static let text = "lantern-keeper-of-the-sea"

    private struct Holder {
        let token: Token
        let secrets: [String: Secret?]
    }

    @Test func nothingShowsASecret() async throws {
        let token = try Token(Self.text)
        let client = ClusterClient(token: token, tls: nil)
        let values: [Any] = [
            token, token.secret, Optional(token) as Any, [token], ["token": token],
            Holder(token: token, secrets: ["a": token.secret, "b": nil]),
            try ServerSettings(host: "127.0.0.1", port: 0, token: token),
            CoordinatorSettings(
                server: try ServerSettings(host: "127.0.0.1", port: 0, token: token),
                dataDirectory: "/data"
            ),
            client,
        ]
        for value in values {
            var dumped = ""
            dump(value, to: &dumped)
            for text in [
                "\(value)", String(describing: value), String(reflecting: value), dumped,
            ] {
                #expect(!text.contains(Self.text), "\(text)")
            }
        }
        #expect(Mirror(reflecting: token).children.isEmpty)
        #expect(Mirror(reflecting: token.secret).children.isEmpty)
        #expect(String(describing: token) == "(token)")
        #expect(String(reflecting: token.secret) == "(secret)")
        try await client.shutdown()
    }

    @Test func aSecretIsNotEncoded() throws {
        let token: Any = try Token(Self.text)
        let secret: Any = Secret(Self.text)
        #expect(!(token is any Encodable) && !(secret is any Encodable))
        #expect(!(token is any RawRepresentable) && !(token is any LosslessStringConvertible))
    }

    @Test func aRandomTokenIsAToken() throws {
        let token = Token.random()
        let text = token.secret.reveal { $0 }
        #expect(text.utf8.count == 64 && text.allSatisfy(\.isHexDigit))
        #expect(try Token(text) == token && Token.random() != token)
        #expect(token.matches("Bearer \(text)") && !token.matches(text))
    }

    /// Everything that the processes of a cluster and its commands print at the level `trace`, when
    /// all goes well and when it does not.
    @Test(arguments: ["text", "json"])
    func theTokenIsInNoOutput(_ format: String) throws {
        let directory = try TemporaryDirectory()
        let token = try directory.write("token", Self.text + "\n")
        chmod(token, 0o600)
        let trace = [
            "MAPREDUCE_LOG_LEVEL": "trace", "MAPREDUCE_LOG_FORMAT": format,
            "MAPREDUCE_TOKEN": Self.text,
        ]
        let cluster = try Command(
            "mapreduce",
            ["cluster", "--workers", "1", "--listen", "127.0.0.1:0", "--scratch", directory.path],
            environment: trace
        )
        try cluster.start()
        #expect(eventually { cluster.outputSoFar.contains("Ctrl-C") || !cluster.isRunning })
        let words = cluster.outputSoFar.split(whereSeparator: { " ,\n".contains($0) })
        let url = String(try #require(words.first { $0.hasPrefix("http://") }))
        var printed: [String] = []
        func run(_ arguments: [String], _ environment: [String: String]) throws -> Int32 {
            let result = try Command.run("mapreduce", arguments, environment: environment)
            printed += [result.output, result.errors]
            return result.code
        }
        let asked = trace.merging(["MAPREDUCE_COORDINATOR": url]) { $1 }
        let job = [Command.products + "/wordcount", sampleTexts[1], "-o", directory("out")]
        #expect(try run(["submit"] + job, asked) == 0)
        for command in ["jobs", "workers", "doctor"] { #expect(try run([command], asked) == 0) }
        #expect(try run(["job", "1", "--json"], asked) == 0)
        // What is wrong with a command, its settings or the services it meets.
        #expect(try run(["submit"] + job, asked) != 0)
        #expect(try run(["jobs", "--token-file", directory("none")], asked) != 0)
        #expect(try run(["job", "9"], asked) != 0)
        let wrong = asked.merging(["MAPREDUCE_TOKEN": Self.text + "x"]) { $1 }
        #expect(try run(["jobs"], wrong) != 0)
        let spaces = asked.merging(["MAPREDUCE_TOKEN": "a " + Self.text]) { $1 }
        #expect(try run(["jobs"], spaces) == 2)
        for (name, line) in [
            ("quotes", "MAPREDUCE_TOKEN='\(Self.text)\nMAPREDUCE_SLOTS"),
            ("names", "MAPREDUCE_TOKEN \(Self.text)"),
            ("spaces", "MAPREDUCE_TOKEN=a \(Self.text)"),
        ] {
            let path = try directory.write(name, line + "\n")
            var settings = ["MAPREDUCE_CONFIG": path, "MAPREDUCE_COORDINATOR": url]
            settings["MAPREDUCE_LOG_LEVEL"] = "trace"
            _ = try run(["jobs"], settings)
        }
        #expect(
            try run(["coordinator", "--listen", "127.0.0.1:0", "--data", "/proc/none"], trace) != 0
        )
        let worker = ["worker", "--coordinator", "http://127.0.0.1:1"]
        #expect(try run(worker + ["--slots", "0"], trace) != 0)
        cluster.send(SIGTERM)
        let result = try cluster.wait()
        printed += [result.output, result.errors]
        #expect(result.errors.contains("trace"), "the level is what it should be")
        for text in printed { #expect(!text.contains(Self.text), "\(text)") }
    }

    /// A cluster that makes a token of its own does not print it into a file.
    @Test func anOwnTokenIsInItsFileAlone() throws {
        let directory = try TemporaryDirectory()
        let home = ["XDG_STATE_HOME": directory("state")]
        let cluster = try Command(
            "mapreduce",
            ["cluster", "--workers", "1", "--listen", "127.0.0.1:0", "--scratch", directory.path],
            environment: home.merging(["MAPREDUCE_LOG_LEVEL": "trace"]) { $1 }
        )
        try cluster.start()
        #expect(eventually { cluster.outputSoFar.contains("Ctrl-C") || !cluster.isRunning })
        let words = cluster.outputSoFar.split(whereSeparator: { " ,\n".contains($0) }).map(
            String.init
        )
        let url = try #require(words.first { $0.hasPrefix("http://") })
        let file = try #require(words.first { $0.hasPrefix(directory("state")) })
        let token = try readText(file).split(separator: "\n").map(String.init)[0]
        let asked = home.merging(["MAPREDUCE_COORDINATOR": url]) { $1 }
        // The commands of this user find it; those of others do not.
        #expect(try Command.run("mapreduce", ["jobs"], environment: asked).code == 0)
        let other = ["XDG_STATE_HOME": directory("other"), "MAPREDUCE_COORDINATOR": url]
        let refused = try Command.run("mapreduce", ["jobs"], environment: other)
        #expect(refused.code == 1 && refused.errors.contains("token"), "\(refused.errors)")
        cluster.send(SIGINT)
        let result = try cluster.wait()
        #expect(result.code == 0, "\(result.errors)")
        #expect(!(result.output + result.errors).contains(token))
        #expect(!FileManager.default.fileExists(atPath: file))
    }
}
