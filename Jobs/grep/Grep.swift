import ArgumentParser
import MapReduce

/// Prints the lines that contain a text.
@main
struct Grep: Job {
    @Option(help: "The text to look for.") var pattern: String

    func validate() throws {
        if pattern.utf8.contains(UInt8(ascii: "\n")) {
            throw ValidationError("--pattern has a line end, and no line has one")
        }
    }

    func pipeline(_ input: Input) -> Pairs<String, Unit> {
        let pattern = Array(self.pattern.utf8)
        return input.lines.map { line, emit in
            if line.contains(pattern) { emit(line, Unit()) }
        }
    }
}
