import Foundation
import TestSupport
import Testing

/// The house rules that a machine can check.
@Suite struct TidyTests {
    private struct SourceFile {
        let path: String
        let lines: [String]
    }

    private func files(below folder: String, _ ending: String = ".swift") throws -> [SourceFile] {
        let root = packageRoot + "/" + folder
        let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        return try names.filter { $0.hasSuffix(ending) }.sorted().map { name in
            SourceFile(
                path: folder + "/" + name,
                lines: try readText(root + "/" + name)
                    .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            )
        }
    }

    private func allSources() throws -> [SourceFile] {
        try ["Sources", "Jobs", "Tests"].flatMap { try files(below: $0) }
            + [".html", ".css", ".js"].flatMap { try files(below: "Sources/CPage/page", $0) }
            + files(below: "Tests/Browser", ".py")
    }

    @Test func filesAndLinesAreShort() throws {
        for file in try allSources() {
            #expect(file.lines.count <= 600, "\(file.path) is long: is it one subject?")
            for (number, line) in file.lines.enumerated() {
                #expect(line.count <= 100, "\(file.path):\(number + 1) is longer than 100 columns")
                #expect(!line.hasSuffix(" "), "\(file.path):\(number + 1) ends in a space")
            }
        }
    }

    /// A function's lines: from `func` or `init` to the brace in its own column.
    @Test func functionsFitAScreen() throws {
        for file in try files(below: "Sources") {
            for (start, line) in file.lines.enumerated() {
                let words = line.split(separator: " ")
                guard words.contains("func") || line.contains(" init(") else { continue }
                guard !line.trimmingCharacters(in: .whitespaces).hasPrefix("//") else { continue }
                let indent = line.prefix { $0 == " " }
                let end = file.lines[start...].firstIndex { $0 == indent + "}" } ?? start
                #expect(end - start <= 70, "\(file.path):\(start + 1) is longer than a screen")
            }
        }
    }

    @Test func targetsImportOnlyWhatTheyMay() throws {
        let allowed: [String: Set<String>] = [
            "MapReduceModel": ["FoundationEssentials", "Foundation"],
            "MapReduceControl": ["MapReduceModel"],
            "MapReduceEngine": [
                "MapReduceModel", "CBzip2", "CIntrinsics", "CLzma", "CZlib", "CZstd", "Glibc",
            ],
            "MapReduceProcess": [
                "MapReduceModel", "CSignals", "CSpawn", "Glibc", "FoundationEssentials",
                "Foundation",
            ],
            "MapReduceReport": ["MapReduceModel", "MapReduceControl", "CPage"],
            "MapReduceDriver": [
                "MapReduceModel", "MapReduceControl", "MapReduceEngine", "MapReduceProcess",
                "MapReduceReport", "Glibc", "Synchronization",
            ],
            "MapReduce": [
                "MapReduceModel", "MapReduceControl", "MapReduceEngine", "MapReduceProcess",
                "MapReduceReport", "MapReduceDriver",
                "CIntrinsics", "ArgumentParser", "Glibc", "FoundationEssentials", "Foundation",
                "Synchronization",
            ],
            "MapReduceTesting": ["MapReduce", "FoundationEssentials", "Foundation"],
            "MapReduceHTTP": [
                "MapReduceModel", "MapReduceControl", "MapReduceEngine", "MapReduceProcess",
                "MapReduceReport", "AsyncHTTPClient", "Crypto", "Foundation",
                "FoundationEssentials", "Glibc", "HTTPTypes", "Hummingbird", "HummingbirdCore",
                "HummingbirdTLS", "Logging", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL",
                "ServiceLifecycle", "Synchronization", "Tracing",
            ],
            "MapReduceCoordinator": [
                "MapReduceModel", "MapReduceControl", "MapReduceEngine", "MapReduceProcess",
                "MapReduceReport", "MapReduceDriver", "MapReduceHTTP", "Crypto", "Foundation",
                "FoundationEssentials", "GRDB", "Glibc", "HTTPTypes", "Hummingbird",
                "HummingbirdCore", "Logging", "NIOCore", "ServiceLifecycle", "Synchronization",
                "Tracing",
            ],
            "MapReduceWorker": [
                "MapReduceModel", "MapReduceControl", "MapReduceEngine", "MapReduceProcess",
                "MapReduceDriver", "MapReduceHTTP", "AsyncHTTPClient", "Dispatch", "Glibc",
                "HTTPTypes", "Hummingbird", "HummingbirdCore", "Logging", "NIOCore", "NIOSSL",
                "ServiceLifecycle", "Synchronization", "Tracing",
            ],
            "MapReduceMain": ["MapReduceTool", "Glibc"],
            "MapReduceTool": [
                "MapReduceModel", "MapReduceControl", "MapReduceEngine", "MapReduceProcess",
                "MapReduceReport", "MapReduceDriver", "MapReduceHTTP", "MapReduceCoordinator",
                "MapReduceWorker",
                "ArgumentParser", "Configuration", "Dispatch", "Synchronization",
                "Foundation", "FoundationEssentials", "Glibc", "Logging", "ServiceLifecycle",
                "SystemPackage", "UnixSignals",
            ],
        ]
        for (target, modules) in allowed {
            var imported: Set<String> = []
            for file in try files(below: "Sources/" + target) {
                for line in file.lines where line.contains("import ") {
                    let words = line.split(separator: " ")
                    guard words.count == 3, words[1] == "import" else { continue }
                    imported.insert(String(words[2]))
                    #expect(modules.contains(String(words[2])), "\(file.path): \(line)")
                    #expect(["internal", "package", "public"].contains(words[0]), "\(file.path)")
                }
            }
            let unused = modules.subtracting(imported).sorted()
            #expect(unused.isEmpty, "\(target) imports none of \(unused)")
        }
    }

    /// A backtrace hides the calls of all targets that a job links.
    @Test func backtracesKnowTheTargetsOfJobs() throws {
        let package = try readText(packageRoot + "/Package.swift")
        let jobs = package.components(separatedBy: "if hasCluster {")[0]
        let targets = Set(jobs.matches(of: /name: "(MapReduce\w*)"/).map { String($0.1) })
        let source = try readText(
            packageRoot + "/Sources/MapReduceDriver/Failures/Backtrace.swift"
        )
        let list = source.components(separatedBy: "engineModules = [")[1].prefix { $0 != "]" }
        #expect(Set(list.matches(of: /"(\w+)"/).map { String($0.1) }) == targets)
    }

    /// The control plane decides the same whenever it is asked the same.
    @Test func controlIsDeterministic() throws {
        let forbidden = [
            "Dictionary", "Set<", "hashValue", "Hasher", "random", "Clock", "async", "await",
            "Foundation", "Glibc", "Date(", ": [String: ", "try!",
        ]
        for file in try files(below: "Sources/MapReduceControl") {
            for (number, line) in file.lines.enumerated() {
                let code = line.components(separatedBy: "//")[0]
                for word in forbidden where code.contains(word) {
                    // The name of a placement policy, which draws by a hash of ids.
                    if word == "random",
                        code.contains("case random") || code.contains("case .random")
                    {
                        continue
                    }
                    Issue.record("\(file.path):\(number + 1) uses \(word)")
                }
            }
        }
    }

    @Test func sourcesAvoidWhatTheStyleForbids() throws {
        let forbidden = [
            "try!", "as!", "fatalError(", "TODO", "FIXME", "nonisolated(unsafe)", " print(",
        ]
        for file in try files(below: "Sources") + files(below: "Jobs") {
            for (number, line) in file.lines.enumerated() {
                for word in forbidden where line.contains(word) {
                    Issue.record("\(file.path):\(number + 1) uses \(word)")
                }
            }
        }
    }

    /// As in the names of Swift's own API.
    @Test func spellingIsAmerican() throws {
        let stems = [
            "final", "initial", "normal", "optim", "recogn", "serial", "special", "token", "vector",
            "organ", "util",
        ]
        let british =
            [
                "colour", "neighbour", "behaviour", "honour", "centre", "labelled", "signalled",
                "learnt", "misspelt", "acknowledgement", "artefact",
            ] + stems.flatMap { [$0 + "ise", $0 + "ising", $0 + "isation"] }
        let texts =
            try allSources() + files(below: "Documentation", ".md")
        for file in texts where file.path != "Tests/TidyTests/TidyTests.swift" {
            // An attribute of HTML.
            let text = file.lines.joined(separator: "\n").lowercased()
                .replacingOccurrences(of: "aria-labelledby", with: "")
            for word in british where text.contains(word) {
                Issue.record("\(file.path) has \(word)")
            }
        }
    }

    @Test func jobsAreShort() throws {
        for file in try files(below: "Jobs") {
            #expect(file.lines.count <= 41, "\(file.path) has more than 40 lines")
        }
    }

    @Test func everyPageIsLinkedAndEveryLinkLeadsSomewhere() throws {
        let pages = try files(below: "Documentation", ".md")
        let index = try readText(packageRoot + "/Documentation/README.md")
        for page in pages where page.path != "Documentation/README.md" {
            let name = page.path.dropFirst("Documentation/".count)
            #expect(index.contains("(\(name))"), "\(page.path) is not in Documentation/README.md")
        }
        let top = try ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map { name in
            SourceFile(
                path: name,
                lines: try readText(packageRoot + "/" + name)
                    .split(separator: "\n").map(String.init)
            )
        }
        for page in pages + top {
            let folder = (packageRoot + "/" + page.path as NSString).deletingLastPathComponent
            for line in page.lines {
                for part in line.components(separatedBy: "](").dropFirst() {
                    let target = part.prefix { $0 != ")" && $0 != "#" }
                    guard !target.isEmpty, !target.hasPrefix("http") else { continue }
                    #expect(
                        FileManager.default.fileExists(atPath: folder + "/" + target),
                        "\(page.path) links to \(target)"
                    )
                }
            }
        }
    }

    /// A promise is as good as the test that it names: the function is in the file of the link.
    @Test func testsThatProveGuaranteesExist() throws {
        let page = try readText(packageRoot + "/Documentation/Guarantees.md")
        let links = page.matches(of: /\[`(\w+)`\]\(\.\.\/(Tests\/[^)]+)\)/)
        #expect(links.count > 20)
        for link in links {
            let test = try readText(packageRoot + "/" + link.2)
            #expect(test.contains("func \(link.1)("), "\(link.2) has no test \(link.1)")
        }
    }

    @Test func topLevelIsWhatTheReadmeSays() throws {
        let expected: Set<String> = [
            "Package.swift", "Sources", "Tests", "Jobs", "sample-data", "Benchmarks",
            "Documentation", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE",
            ".swift-format", ".editorconfig", ".gitignore", ".ci",
        ]
        for name in expected {
            #expect(FileManager.default.fileExists(atPath: packageRoot + "/" + name), "\(name)")
        }
    }
}
