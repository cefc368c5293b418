import MapReduce

/// Counts requests and sums bytes for each URL of web logs in the combined format.
///
///     192.0.2.9 - - [10/Oct/2026:13:55:36 +0000] "GET /a.html HTTP/1.1" 200 2326 "-" "curl/8.5.0"
@main
struct AccessLog: Job {
    func pipeline(_ input: Input) -> Pairs<String, Pair<Int, Int>> {
        let requests: Pairs<String, Pair<Int, Int>> = input.lines.map { line, emit in
            guard let request = line.field(1, separatedBy: "\""),
                let url = line.field(1, separatedBy: " ", in: request),
                let answer = line.field(2, separatedBy: "\""),
                let size = line.field(2, separatedBy: " ", in: answer)
            else {
                emit.count(.malformed)
                return
            }
            // A request without a body is logged with "-"; sizes beyond a tebibyte are not real.
            let bytes = min(max(Int(line.extracting(size)) ?? 0, 0), 1 << 40)
            emit(line.extracting(url), Pair(1, bytes))
        }
        return requests.combine { a, b in Pair(a.first + b.first, a.second + b.second) }
    }
}

extension Counter {
    static let malformed: Counter = "malformed lines"
}
