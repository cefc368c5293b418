import ArgumentParser
import Glibc
import MapReduce

/// A job that can be made to be slow for any one reason: for tests that ask what bounded it.
@main
struct BoundJob: Job {
    @Option(help: "Microseconds of a processor that the map closure takes for each line.")
    var spin = 0
    @Option(help: "The same of the reduce closure, for each value.") var spinInReduce = 0
    @Option(help: "Pairs that each line gives.") var pairs = 1
    @Option(
        help: "Which keys they have: even, alike (the end alone tells them apart), hot or none."
    )
    var keys = Keys.even
    @Option(help: "How many different ones.") var keyCount = 1000
    @Option(help: "The line at which the map closure sleeps.") var sleepAt: String?
    @Option(help: "For how many milliseconds.") var sleep = 0
    @Option(help: "The file for which the map closure waits at each line.") var waitFor: String?
    @Flag(help: "Sort the pairs, and do not combine them.") var sorting = false
    @Flag(help: "The same, and drop them all, unread.") var dropping = false
    @Option(help: "Reductions of the same pairs; they share one shuffle.") var reductions = 1
    @Flag(help: "Write the pairs as they are, without a shuffle.") var mapOnly = false

    func pipeline(_ input: Input) -> Pairs<Pair<Int, Int>, Int> {
        let all: Pairs<Pair<Int, Int>, Int> = input.lines.map { line, emit in
            pause(at: line)
            Self.spin(microseconds: spin)
            guard keys != .none else { return }
            var number = seed(of: line)
            for index in 0..<pairs {
                number = number &* 0x5851_f42d_4c95_7f2d &+ 0x1405_7b7e_f767_814f
                emit(key(number >> 20, index), 1)
            }
        }
        if mapOnly { return all }
        if !sorting, !dropping { return all.combine(+) }
        return (1..<max(reductions, 1)).reduce(reduced(all)) { union, _ in
            union.union(reduced(all))
        }
    }

    private func reduced(_ all: Pairs<Pair<Int, Int>, Int>) -> Pairs<Pair<Int, Int>, Int> {
        all.reduce { key, values, emit in
            if dropping { return }
            var sum = 0
            for value in values {
                Self.spin(microseconds: spinInReduce)
                sum += value
            }
            emit(key, sum)
        }
    }

    private func key(_ number: UInt64, _ index: Int) -> Pair<Int, Int> {
        let one = Int(number % UInt64(max(keyCount, 1)))
        return switch keys {
        case .even, .none: Pair(one, 0)
        // A sort has to compare them.
        case .alike: Pair(0, one)
        case .hot: Pair(index % 10 == 0 ? one : -1, 0)
        }
    }

    /// What tells lines apart that begin or end differently.
    private func seed(of line: Span<UInt8>) -> UInt64 {
        var seed: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in 0..<min(line.count, 32) {
            seed = (seed ^ UInt64(line[index])) &* 0x100_0000_01b3
        }
        return seed
    }

    private func pause(at line: Span<UInt8>) {
        if let sleepAt, isEqual(line, sleepAt) { usleep(UInt32(sleep) * 1000) }
        guard let waitFor else { return }
        while access(waitFor, F_OK) != 0 { usleep(2000) }
    }

    private func isEqual(_ line: Span<UInt8>, _ text: String) -> Bool {
        guard line.count == text.utf8.count else { return false }
        return zip(0..<line.count, text.utf8).allSatisfy { line[$0] == $1 }
    }

    /// Takes so much time of a processor, however long that takes.
    private static func spin(microseconds: Int) {
        guard microseconds > 0 else { return }
        let end = processorTime() + microseconds * 1000
        while processorTime() < end {}
    }

    /// Nanoseconds of processors that this thread has used.
    private static func processorTime() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}

enum Keys: String, ExpressibleByArgument, CaseIterable {
    case even, alike, hot, none
}
