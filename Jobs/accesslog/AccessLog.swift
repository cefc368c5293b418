import MapReduce

/// Counts requests and sums bytes for each URL in web logs of the common or combined format.
///
///     192.0.2.9 - - [10/Oct/2026:13:55:36 +0000] "GET /a.html HTTP/1.1" 200 2326 "-" "curl/8.5.0"
@main
struct AccessLog: Job {
    func pipeline(_ input: Input) -> Pairs<String, Pair<Int, Int>> {
        let requests: Pairs<String, Pair<Int, Int>> = input.lines.map { line, emit in
            guard let request = Request(line) else { return emit.reject(.malformed) }
            if request.byteCount == nil { emit.count(.unknownSizes) }
            emit(line.extracting(request.url), Pair(1, request.byteCount ?? 0))
        }
        return requests.combine { a, b in Pair(a.first + b.first, a.second + b.second) }
    }
}

extension Counter {
    static let malformed: Counter = "malformed lines"
    static let unknownSizes: Counter = "requests of unknown size"
}
