import MapReduce

/// Counts how often each word occurs.
@main
struct WordCount: Job {
    func pipeline(_ input: Input) -> Pairs<String, Int> {
        let words: Pairs<String, Int> = input.lines.map { line, emit in
            line.forEachWord { word in emit(word, 1) }
        }
        return words.combine(+)
    }
}
