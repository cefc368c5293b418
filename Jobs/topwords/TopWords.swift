import ArgumentParser
import MapReduce

/// Lists the most frequent words; words of equal frequency are in byte order.
@main
struct TopWords: Job {
    @Option(help: "How many words to list.") var count = 10

    func validate() throws {
        if count < 1 { throw ValidationError("--count is at least 1") }
    }

    func pipeline(_ input: Input) -> Pairs<Descending<Int>, Bytes> {
        let words: Pairs<Bytes, Int> = input.lines.map { line, emit in
            line.forEachWord { word in emit(word, 1) }
        }
        let totals = words.combine(+)
        let ranked: Pairs<Pair<Descending<Int>, Bytes>, Unit> = totals.map { word, total, emit in
            emit(Pair(Descending(total), word), Unit())
        }
        let top = ranked.sorted().prefix(count)
        return top.map { rank, _, emit in emit(rank.first, rank.second) }
    }
}
