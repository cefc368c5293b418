import MapReduce

/// Sends every line through a shuffle as it is, keyed by its text, and counts equal ones: as many
/// bytes leave the maps as they read.
@main
struct ShuffleJob: Job {
    func pipeline(_ input: Input) -> Pairs<String, Int> {
        let lines: Pairs<String, Int> = input.lines.map { line, emit in emit(line, 1) }
        return lines.reduce { line, ones, emit in emit(line, ones.sum()) }
    }
}
