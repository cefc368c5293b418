import Foundation
import TestSupport
import Testing

/// What the cookbook shows is what the jobs are, and what they print.
@Suite struct CookbookTests {
    private struct Block {
        let language: String
        let text: [String]
        /// The last line of text before it.
        let title: String
    }

    private func blocks() throws -> [Block] {
        var blocks: [Block] = []
        var open: (language: String, text: [String])?
        var title = ""
        for line in try readText(packageRoot + "/Documentation/Cookbook.md")
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        {
            if line.hasPrefix("```") {
                if let block = open {
                    blocks.append(Block(language: block.language, text: block.text, title: title))
                }
                open = open == nil ? (String(line.dropFirst(3)), []) : nil
            } else if open != nil {
                open?.text.append(line)
            } else if !line.isEmpty {
                title = line
            }
        }
        #expect(open == nil)
        return blocks
    }

    @Test func theCodeIsThatOfTheJobs() throws {
        let code = try blocks().filter { $0.language == "swift" }
        #expect(code.count >= 8)
        for block in code {
            let link = try #require(
                block.title.firstMatch(of: /^\[`(Jobs\/.+)`\]\(\.\.\/(Jobs\/.+)\)$/),
                "\(block.title)"
            )
            #expect(link.1 == link.2)
            let source = try readText(packageRoot + "/" + link.1)
            let margins = Set(source.split(separator: "\n").map { $0.prefix { $0 == " " } })
            let isThere = margins.contains { margin in
                let lines = block.text.map { $0.isEmpty ? "" : margin + $0 }
                return ("\n" + source).contains("\n" + lines.joined(separator: "\n") + "\n")
            }
            #expect(isThere, "\(link.1) does not have the lines:\n\(block.text)")
        }
    }

    @Test func theCommandsPrintWhatIsShown() throws {
        let consoles = try blocks().filter { $0.language == "console" }
        #expect(consoles.count >= 5)
        for block in consoles {
            let starts = block.text.indices.filter { block.text[$0].hasPrefix("$ ") }
            #expect(starts.first == 0)
            for (start, end) in zip(starts, starts.dropFirst() + [block.text.count]) {
                let command = block.text[start].dropFirst(2)
                let result = try Command.run(
                    "/bin/bash",
                    ["-c", "PATH='\(Command.products)':$PATH; " + command],
                    currentDirectory: packageRoot
                )
                // Tests ignore SIGPIPE, and so does `sort`, which then says what it is there for,
                // as it writes or at its end.
                let errors = result.errors.split(separator: "\n").filter {
                    !$0.contains("Broken pipe") && $0 != "sort: write error" && !$0.isEmpty
                }
                #expect(errors.isEmpty)
                let printed = result.output.split(separator: "\n").map(String.init)
                #expect(printed == Array(block.text[start + 1..<end]), "\(command)")
            }
        }
    }
}
