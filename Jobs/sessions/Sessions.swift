import ArgumentParser
import MapReduce

/// Splits each client's requests to a web server into sessions, which have no long pauses.
@main
struct Sessions: Job {
    @Option(help: "The pause, in minutes, after which a new session begins.") var gap = 30

    func validate() throws {
        if !(0...Int.max / 60 ~= gap) { throw ValidationError("--gap is out of range: \(gap)") }
    }

    func pipeline(_ input: Input) -> Pairs<Pair<Bytes, String>, Pair<Int, Int>> {
        let requests: Pairs<Pair<Bytes, Int>, Unit> = input.lines.map { line, emit in
            guard let user = line.field(0, separatedBy: " "), let second = LogTime.second(in: line)
            else { return emit.reject(.malformed) }
            // A client's name may contain any bytes.
            emit(Pair(Bytes(line.extracting(user)), second), Unit())
        }
        // Requests arrive in time order, because the time follows the user in their keys.
        return requests.grouped(by: \.first) { user, requests, emit in
            var requests = requests
            var next = requests.next()?.key.second
            while let start = next {
                var last = start
                var pages = 0
                while let second = next, second - last <= gap * 60 {
                    last = second
                    pages += 1
                    next = requests.next()?.key.second
                }
                emit(Pair(user, LogTime.text(of: start)), Pair(last - start, pages))
            }
        }
    }
}

extension Counter {
    static let malformed: Counter = "malformed lines"
}
