import ArgumentParser
import MapReduce

/// Counts how often words occur next to each other in a line.
@main
struct NGrams: Job {
    @Option(help: "How many words stand side by side.") var n = 2
    @Option(help: "Leave out what occurs less often.") var atLeast = 1
    @Option(help: "List only so many, the most frequent first.") var top: Int?

    func validate() throws {
        if n < 1 { throw ValidationError("--n is at least 1") }
        if atLeast < 1 { throw ValidationError("--at-least is at least 1") }
        if let top, top < 1 { throw ValidationError("--top is at least 1") }
    }

    func pipeline(_ input: Input) -> Pairs<Bytes, Int> {
        let ngrams: Pairs<Bytes, Int> = input.lines.map { line, emit in
            // The words of the line, separated by single spaces, and where each word begins.
            var text: [UInt8] = []
            var starts: [Int] = []
            line.forEachWord { word in
                if !text.isEmpty { text.append(UInt8(ascii: " ")) }
                starts.append(text.count)
                word.withUnsafeBytes { text.append(contentsOf: $0) }
                guard starts.count >= n else { return }
                emit(text.span.extracting(starts[starts.count - n]..<text.count), 1)
            }
        }
        let frequent = ngrams.combine(+).filter { _, count in count >= atLeast }
        guard let top else { return frequent }
        return frequent.sorted { ngram, count in Pair(Descending(count), ngram) }.prefix(top)
    }
}
