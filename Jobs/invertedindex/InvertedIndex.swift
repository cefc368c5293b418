import MapReduce

/// Lists the files in which each word occurs.
@main
struct InvertedIndex: Job {
    func pipeline(_ input: Input) -> Pairs<Bytes, [String]> {
        let occurrences: Pairs<Bytes, String> = input.lines.map { line, emit in
            let file = emit.split.fileName
            line.forEachWord { word in emit(word, file) }
        }
        return occurrences.reduce { word, files, emit in emit(word, Set(files).sorted()) }
    }
}
