import MapReduce

/// Sorts records of a fixed length, their line ends among their bytes, by the first ten of them.
@main
struct SortJob: Job {
    func pipeline(_ input: Input) -> Pairs<Bytes, Bytes> {
        let records: Pairs<Bytes, Bytes> = input.lines.map { line, emit in
            let count = min(10, line.count)
            var rest = Bytes(line.extracting(count...))
            rest.elements.append(0x0A)
            emit(Bytes(line.extracting(..<count)), rest)
        }
        return records.sorted()
    }
}
