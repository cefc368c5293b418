import ArgumentParser
import FoundationEssentials
import MapReduce

/// Cuts what each address asked of a web server into sessions: requests without a long pause.
@main
struct Sessions: Job {
    @Option(help: "The pause, in minutes, after which a new session begins.") var gap = 30

    func pipeline(_ input: Input) -> Pairs<Pair<String, String>, Pair<Int, Int>> {
        let requests: Pairs<Pair<String, Int>, Unit> = input.lines.map { line, emit in
            guard let user = line.field(0, separatedBy: " "),
                let rest = line.field(1, separatedBy: "["),
                let time = line.field(0, separatedBy: "]", in: rest),
                let second = try LogTime.second(of: line.extracting(time))
            else {
                emit.count(.malformed)
                return
            }
            emit(Pair(try String(utf8: line.extracting(user)), second), Unit())
        }
        // Requests come in the order of their time, as that is what follows the user in their keys.
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
                let date = Date(timeIntervalSince1970: Double(start))
                emit(Pair(user, date.ISO8601Format()), Pair(last - start, pages))
            }
        }
    }
}
