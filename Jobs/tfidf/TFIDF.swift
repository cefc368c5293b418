import Glibc
import MapReduce

/// Scores how much each term says about each file: the term's share of all terms in the file, times
/// the logarithm of its rarity among the files.
///
/// Scores are rounded to six decimals.
@main
struct TFIDF: Job {
    func pipeline(_ input: Input) -> Pairs<Pair<String, String>, Double> {
        let terms: Pairs<Pair<String, String>, Int> = input.lines.map { line, emit in
            let file = emit.split.fileName
            try line.forEachWord { term in emit(Pair(try String(utf8: term), file), 1) }
        }
        let counts = terms.combine(+)
        let places: Pairs<String, Pair<String, Int>> = counts.map { place, count, emit in
            emit(place.first, Pair(place.second, count))
        }
        let lengths: Pairs<String, Int> = counts.map { place, count, emit in
            emit(place.second, count)
        }
        return places.countByKey().join(places) { term, fileCount, place, emit in
            emit(Pair(term, place.first), Pair(fileCount, place.second))
        }.map(with: lengths.combine(+)) { place, counts, lengths, emit in
            let frequency = Double(counts.second) / Double(lengths[place.second] ?? 0)
            let rarity = log(Double(lengths.keyCount) / Double(counts.first))
            emit(place, (frequency * rarity * 1e6).rounded() / 1e6)
        }
    }
}
