import ArgumentParser
import Glibc
import MapReduce
import Synchronization

/// Counts words as `wordcount` does, by sorting instead of combining if asked to, and does what is
/// asked of it at a line or a word: for tests of what happens then.
@main
struct FaultyJob: Job {
    @Option(help: "The word at which the map closure misbehaves.") var mapAt: String?
    @Option(help: "The word at which the reduce closure misbehaves.") var reduceAt: String?
    @Option(help: "What it does: \(Fault.allValueStrings.joined(separator: ", ")).")
    var fault = Fault.trap
    @Option(
        help: "A directory of files; each misbehavior uses one up, and without one all is well."
    )
    var tokens: String?
    @Option(
        help: """
            A directory of pipes: one that waits opens that of its record's last word, which \
            another process must open too.
            """
    )
    var gates: String?
    @Option(help: "How many lines one that waits prints before.") var lines = 1
    @Flag(help: "Reduce without combining.") var sorting = false
    @Flag(help: "Emit the words of a line, and count it, before misbehaving.") var emitFirst = false
    @Flag(help: "Do not bring words together.") var mapOnly = false
    @Flag(help: "Build another plan in task processes.") var shifty = false

    func pipeline(_ input: Input) -> Pairs<String, Int> {
        let words: Pairs<String, Int> = input.strings.map { line, emit in
            if emitFirst {
                emit.count("lines")
                for word in line.split(whereSeparator: \.isWhitespace) { emit(String(word), 1) }
            }
            if let mapAt, line.contains(mapAt) {
                if fault == .manyCounters {
                    for n in 0..<100_000 { emit.count(Counter("word \(n)")) }
                }
                if fault == .longCounter {
                    emit.count(Counter(String(repeating: "n", count: 1 << 20)))
                }
                if fault == .overflow { for _ in 1...2 { emit(line, .max) } }
                if fault == .vary { emit("\(UInt64.random(in: 0 ... .max))", 1) }
                try misbehave(line)
            }
            if emitFirst { return }
            for word in line.split(whereSeparator: \.isWhitespace) { emit(String(word), 1) }
        }
        if mapOnly { return words }
        if sorting || reduceAt != nil || (shifty && getppid() != 1 && isTaskProcess) {
            return words.reduce { word, counts, emit in
                if word == reduceAt {
                    if fault == .slow { return emit(word, slowSum(counts)) }
                    try misbehave(word)
                }
                emit(word, counts.sum())
            }
        }
        return words.combine(+)
    }

    /// The channel of a task process is descriptor 3, which a driver has for something else; one
    /// that only describes the job has it as well, and is started by `mapreduce submit`.
    private var isTaskProcess: Bool {
        var type: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(3, SOL_SOCKET, SO_TYPE, &type, &size) == 0,
            let file = fopen("/proc/\(getppid())/cmdline", "r")
        else { return false }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        return !bytes[..<count].split(separator: 0).contains(Array("submit".utf8)[...])
    }

    private func misbehave(_ record: String) throws {
        if let tokens {
            let names = try names(in: tokens)
            guard names.contains(where: { unlink("\(tokens)/\($0)") == 0 }) else { return }
        }
        switch fault {
        case .trap: fatalError("the test asked for it")
        case .throw: throw Asked(record: record)
        case .exit: Glibc.exit(7)
        case .kill: kill(getpid(), SIGKILL)
        case .hang: while true { pause() }
        case .spin: spin()
        case .memory: exhaustMemory(limit: true)
        case .hog: exhaustMemory(limit: false)
        case .slow: break
        case .print: Swift.print("a closure prints")
        case .flood:
            Swift.print("the first line")
            for _ in 0..<64 { Swift.print(String(repeating: "flood ", count: 1 << 18)) }
            Swift.print("the last line")
        case .longError: throw Asked(record: record, length: 30 << 20)
        case .leave:
            // Into the group of whoever started it.
            setpgid(0, getpgid(getppid()))
            throw Asked(record: record)
        case .manyCounters, .longCounter: break
        case .vary, .overflow: break
        case .wait: try wait(record)
        }
    }

    /// Prints lines, waits until another process opens the pipe as well, and prints one more.
    private func wait(_ record: String) throws {
        let gate = record.split(separator: " ").last ?? ""
        for number in 1...lines { Swift.print("line \(number) of \(gate)") }
        let descriptor = open("\(gates ?? ".")/\(gate)", O_RDONLY)
        guard descriptor >= 0 else { throw Asked(record: record) }
        close(descriptor)
        Swift.print("\(gate) goes on")
    }

    /// Takes a tenth of a second for each value.
    private func slowSum(_ counts: Values<Int>) -> Int {
        var sum = 0
        for count in counts {
            usleep(100_000)
            sum += count
        }
        return sum
    }

    /// What `spin` reads: the optimizer removes a loop without an effect, even one that never ends.
    private static let spins = Atomic(true)

    @inline(never)
    private func spin() {
        while Self.spins.load(ordering: .relaxed) {}
    }

    /// Takes memory until there is none: what a limit of the process allows, or all.
    private func exhaustMemory(limit: Bool) {
        if limit {
            var most = rlimit(rlim_cur: 1 << 30, rlim_max: 1 << 30)
            setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &most)
        }
        var blocks: [[UInt8]] = []
        while true { blocks.append([UInt8](repeating: UInt8(blocks.count & 255), count: 1 << 24)) }
    }
}

struct Asked: Error, CustomStringConvertible {
    let record: String
    var length = 0

    var description: String {
        "the test asked for an error" + String(repeating: "!", count: length)
    }
}

enum Fault: String, ExpressibleByArgument, CaseIterable {
    case trap, `throw`, exit, kill, hang, spin, memory, hog, slow, print, vary, wait
    case flood, longError, leave, manyCounters, longCounter, overflow
}

extension FaultyJob {
    /// The names in a directory, without those that begin with a dot.
    private func names(in path: String) throws -> [String] {
        guard let directory = opendir(path) else { throw Asked(record: path) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }
}
