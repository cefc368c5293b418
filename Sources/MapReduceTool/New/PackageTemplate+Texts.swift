/// The contents of the files.
extension PackageTemplate {
    var gitignore: String {
        """
        /.build/
        /counts/

        """
    }

    var manifest: String {
        """
        // swift-tools-version: 6.2
        import PackageDescription

        let package = Package(
            name: "\(name)",
            dependencies: [
                \(source.dependency),
                .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
            ],
            targets: [
                .executableTarget(
                    name: "\(name)",
                    dependencies: [
                        .product(name: "MapReduce", package: \(quoted(source.packageName))),
                        .product(name: "ArgumentParser", package: "swift-argument-parser"),
                    ]
                ),
                .testTarget(
                    name: "\(name)Tests",
                    dependencies: [
                        "\(name)",
                        .product(name: "MapReduceTesting", package: \(quoted(source.packageName))),
                    ]
                ),
            ]
        )

        """
    }

    var job: String {
        """
        import ArgumentParser
        import MapReduce

        /// Counts how often each word occurs.
        @main
        struct \(typeName): Job {
            @Option(help: "Leave out words that occur less often.") var atLeast = 1

            func pipeline(_ input: Input) -> Pairs<String, Int> {
                let words: Pairs<String, Int> = input.lines.map { line, emit in
                    line.forEachWord { word in emit(word, 1) }
                }
                let counts = words.combine(+)
                return counts.filter { _, count in count >= atLeast }
            }
        }

        """
    }

    var tests: String {
        // Executables are not imported in any other way.
        let importOfJob = "@testable import " + name
        return """
            import MapReduce
            import MapReduceTesting
            import Testing

            \(importOfJob)

            @Suite struct \(typeName)Tests {
                @Test func countsWords() throws {
                    let job = try \(typeName).parse([])
                    // Runs the job in many ways, which must all give the same.
                    let counts = try job.check(lines: ["the cat", "the dog"])
                    #expect(counts == ["cat": 1, "dog": 1, "the": 2])
                }

                @Test func leavesOutRareWords() throws {
                    let job = try \(typeName).parse(["--at-least", "2"])
                    #expect(try job.check(lines: ["the cat", "the dog"]) == ["the": 2])
                }
            }

            """
    }

    var readme: String {
        """
        # \(name)

        A MapReduce job that counts words, to begin with.

        ```sh
        swift test
        swift run -c release \(name) sample-data/*.txt -o counts
        ```

        The counts are in `counts/part-*.tsv`. `swift run -c release \(name) --help` lists all
        options. `Package.swift` says where the package `\(source.packageName)` is found.

        """
    }
}
