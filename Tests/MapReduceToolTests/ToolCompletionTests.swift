import ClusterTestSupport
import Foundation
import TestSupport
import Testing

@testable import MapReduceTool

/// The command line `mapreduce`, completed by shells.
@Suite struct ToolCompletionTests {
    @Test(arguments: ShellCompletion.shells.filter(ShellCompletion.has))
    func scriptsAreOfTheirLanguage(_ shell: String) throws {
        let result = try ShellCompletion("mapreduce").check(shell)
        #expect(result.code == 0 && result.errors == "", "\(shell): \(result.errors)")
    }

    @Test(arguments: [
        (["sub"], ["submit"]), (["work"], ["worker", "workers"]), (["man"], ["manual"]),
        (["submit", "--det"], ["--detach"]),
        (["coordinator", "--placement", "r"], ["roundRobin", "random"]),
        (["worker", "--log-format", ""], ["text", "json"]),
        (["cluster", "--log-level", "d"], ["debug"]),
        (["submit", "--weight", "2", "\(sampleData)/acc"], ["\(sampleData)/access.log"]),
        (["coordinator", "--token-file", "\(sampleData)/acc"], ["\(sampleData)/access.log"]),
        (["verify", String(sampleData.dropLast(3))], [sampleData]),
    ])
    func bashCompletes(_ words: [String], _ expected: [String]) throws {
        let found = try ShellCompletion("mapreduce").bash(words)
        #expect(Set(found) == Set(expected) && found.count == expected.count, "\(found)")
    }

    @Test(.enabled(if: ShellCompletion.has("zsh"), "zsh is not installed"))
    func zshCompletes() throws {
        let completion = try ShellCompletion("mapreduce")
        #expect(try completion.zsh("doct", becomes: "doctor "))
        #expect(try completion.zsh("submit --det", becomes: "submit --detach "))
    }

    @Test func numbersOfJobsComeFromTheCoordinator() throws {
        let cluster = try TestCluster(workers: 1)
        let done = try cluster.submit("wordcount", [sampleTexts[1]]).wait()
        #expect(done.code == 0, "\(done.errors)")
        let running = try cluster.submit(
            "faultyjob",
            [sampleTexts[1], "--map-at", "lantern", "--fault", "hang", "--overwrite"]
        )
        let isThere = try eventually { try cluster.jobs().contains { $0.phase == .running } }
        #expect(isThere)
        let completion = try ShellCompletion("mapreduce")
        let environment = ["MAPREDUCE_COORDINATOR": cluster.url]
        let jobs = try completion.bash(["job", ""], environment: environment)
        #expect(Set(jobs) == ["1", "2"])
        for command in ["cancel", "wait"] {
            #expect(try completion.bash([command, ""], environment: environment) == ["2"])
        }
        let tasks = try completion.bash(["logs", "1", ""], environment: environment)
        #expect(tasks.contains("0.0") && tasks.contains("1.0"), "\(tasks)")
        #expect(try completion.bash(["replay", "1", "1."], environment: environment) == ["1.0"])
        // As bash cuts the words of --coordinator URL.
        let url = cluster.url.replacing(":", with: " : ").split(separator: " ").map(String.init)
        let words = ["job", "", "--coordinator"] + url
        #expect(
            CommandLineText(["mapreduce"] + words, home: "").value(of: "coordinator") == cluster.url
        )
        if ShellCompletion.has("zsh") {
            let line = "cancel --coordinator \(cluster.url) "
            #expect(try completion.zsh(line, becomes: line + "2"))
        }
        _ = try cluster.mapreduce(["cancel", "2"])
        _ = try running.wait()
        try cluster.stop()
    }

    /// Neither a coordinator that is not there nor one that does not answer is told of.
    @Test func nothingIsSaidWhereThereIsNoCoordinator() throws {
        let completion = try ShellCompletion("mapreduce")
        let silent = try SilentServer()
        for url in ["http://127.0.0.1:1", silent.url, "nonsense"] {
            let environment = ["MAPREDUCE_COORDINATOR": url]
            #expect(try completion.bash(["job", ""], environment: environment) == [], "\(url)")
        }
    }
}

/// A server that takes connections and never says anything.
private final class SilentServer {
    private let descriptor: Int32
    let url: String

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = self.descriptor
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, size) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, address, &size) == 0
            }
        }
        guard isListening else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
    }

    deinit { close(descriptor) }
}

/// What a shell hands over of a command line.
@Suite struct TypedLineTests {
    @Test(arguments: [
        (["m", "job", "--coordinator", "http", ":", "//a", ":", "80", ""], "http://a:80"),
        (["m", "job", "--coordinator", "=", "http", ":", "//a", ":", "80"], "http://a:80"),
        (["m", "job", "--coordinator=http://a:80"], "http://a:80"),
        (["m", "job", "", "--coordinator", "'http://a'"], "http://a"),
        (["m", "job", "--coordinator", "\"http://a"], "http://a"),
        (["m", "job", "--coordinator", "~/a\\ b"], "/home/me/a b"),
        (["m", "job", "--coordinator"], nil), (["m"], nil), ([":"], nil), ([], nil),
        (["m", "--coordinators", "x"], nil), (["m", "--coordinator", "\""], ""),
    ])
    func optionsAreFound(_ words: [String], _ expected: String?) {
        #expect(CommandLineText(words, home: "/home/me").value(of: "coordinator") == expected)
    }

    @Test func theNumberIsTheFirst() {
        #expect(CommandLineText(["m", "logs", "-f", "7", "8"], home: "").number == 7)
        #expect(CommandLineText(["m", "logs", ""], home: "").number == nil)
        #expect(CommandLineText(["m", "7"], home: "").number == nil)
    }
}
