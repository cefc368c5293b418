import ArgumentParser
import MapReduce

/// Prints the lines that contain a text.
@main
struct Grep: Job {
    @Option(help: "The text to look for.") var pattern: String

    func pipeline(_ input: Input) -> Pairs<String, Unit> {
        let pattern = Array(self.pattern.utf8)
        return input.lines.map { line, emit in
            if line.contains(pattern) { emit(line, Unit()) }
        }
    }
}
