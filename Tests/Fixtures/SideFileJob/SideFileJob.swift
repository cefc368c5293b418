import ArgumentParser
import Glibc
import MapReduce

/// Counts the words that a side file does not have: for tests of side files.
@main
struct SideFileJob: Job {
    @Option(help: "The name by which the job asks for the file.") var named = "stopwords"
    @Flag(help: "Read the file in the closure, and not where the pipeline is described.")
    var late = false
    @Flag(help: "Ask for no file.") var without = false
    @Option(help: "The word at which the map closure throws.") var failAt: String?
    @Option(help: "A directory in which three processes must meet, each before its first line.")
    var meeting: String?

    struct WordError: Error {}

    func pipeline(_ input: Input) throws -> Pairs<String, Int> {
        let file = without ? nil : try input.file(named)
        let known = late ? nil : try stopwords(file)
        let words: Pairs<String, Int> = input.strings.map { line, emit in
            if let meeting { try meet(in: meeting) }
            let stopwords = try known ?? stopwords(file)
            for word in line.split(separator: " ").map(String.init) {
                if word == failAt { throw WordError() }
                if !stopwords.contains(word) { emit(word, 1) }
            }
        }
        return words.combine(+)
    }

    private func stopwords(_ file: SideFile?) throws -> Set<String> {
        Set(try file?.lines() ?? [])
    }

    /// Waits until there are names of three processes.
    private func meet(in directory: String) throws {
        close(open("\(directory)/\(getpid())", O_WRONLY | O_CREAT, 0o600))
        while try count(in: directory) < 3 { sched_yield() }
    }

    private func count(in directory: String) throws -> Int {
        guard let stream = opendir(directory) else { throw WordError() }
        defer { closedir(stream) }
        var count = 0
        while let entry = readdir(stream) { if entry.pointee.d_name.0 != 0x2E { count += 1 } }
        return count
    }
}
