import ArgumentParser
import MapReduce

/// Sorts lines, or records of 100 bytes, by all of their bytes: records are sorted by their
/// ten-byte key, and records with equal keys by the remaining bytes.
@main
struct SortRecords: Job {
    @Flag(help: "Sort records of 100 bytes, and not lines.") var records = false

    func pipeline(_ input: Input) -> Pairs<Bytes, Unit> {
        let all: Pairs<Bytes, Unit> =
            if records {
                input.records(.fixed(byteCount: 100)).map { record, emit in emit(record, Unit()) }
            } else {
                input.lines.map { line, emit in emit(line, Unit()) }
            }
        return all.sorted()
    }
}
