import MapReduce

/// Writes rows that formats find hard: those whose numbers are the lines of the input.
@main
struct FormatJob: Job {
    func pipeline(_ input: Input) -> Pairs<Int, Pair<String?, Pair<Double?, [String?]>>> {
        let rows: Pairs<Int, Pair<String?, Pair<Double?, [String?]>>> = input.lines.map {
            line,
            emit in
            guard let id = Int(line) else { return }
            let text = texts[id % texts.count]
            emit(id, Pair(text, Pair(numbers[id % numbers.count], [text, "x"])))
        }
        return rows.sorted().columns("id", "text", "number", "list")
    }
}

private let texts: [String?] = [
    "plain", "", "a\tb", "a \"quote\"", "a,comma", "a\nnewline", "a\r\nreturn", "back\\slash \\N",
    "héß → 🙂", " spaces ", nil, "'single'", "{\"json\": [1]}",
]

private let numbers: [Double?] = [0.1, -1.5, 1e300, nil, 0, .infinity, .nan]
