import Glibc
import MapReduceControl
import MapReduceDriver
import MapReduceEngine
import MapReduceModel
import MapReduceProcess

@testable import MapReduce

/// The page and the log that a task process leaves behind.
struct RecorderTarget: FuzzTarget {
    let name = "recorder"
    let mutation = Mutation.bytes

    private static let text = Array("first\nsecond line\nthird\n".utf8)
    private static let pageByteCount = 4096

    func seeds() throws -> [[UInt8]] {
        let file = try MemoryFile()
        let recorder = try FlightRecorder(path: file.path)
        recorder.begin(path: "in.txt", offset: 0)
        recorder.page.storeBytes(of: 6, toByteOffset: 8, as: Int.self)
        Array("the key".utf8).withUnsafeBytes { recorder.record(number: 2, key: $0) }
        let page = Array(
            UnsafeRawBufferPointer(start: recorder.page, count: Self.pageByteCount)
        )
        let log = "said\njob/A.swift:4: Fatal error: no\n*** Program crashed ***\n at 0x1\n"
        return [page + Array(log.utf8), page, Array("*** ***".utf8)]
    }

    /// The first bytes are the page; the rest is the log.
    func check(_ input: [UInt8]) throws -> Bool {
        let head = Array(input.prefix(Self.pageByteCount))
        let page = try MemoryFile()
        try page.set(head + [UInt8](repeating: 0, count: Self.pageByteCount - head.count))
        let log = try MemoryFile()
        try log.set(Array(input.dropFirst(Self.pageByteCount)))
        let file = try MemoryFile()
        try file.set(Self.text)
        let reading = try FlightRecorder(path: page.path).read()
        try require(reading.key.count <= 256, "a key is longer than its room")
        try check(reading, log, file, as: reading.path)
        // As if it were the file that is read.
        try check(reading, log, file, as: file.path)
        return true
    }

    private func check(
        _ reading: FlightRecorder.Reading,
        _ log: MemoryFile,
        _ file: MemoryFile,
        as path: String
    ) throws {
        var reading = reading
        reading.path = path
        let piece = try InputFiles.inspect(file.path).wholePiece
        let task = TaskID(job: JobID(1), stage: 0, index: 0)
        for input in [
            TaskInput.split(Split(pieces: [piece])), .partition(0),
        ] {
            let failure = CrashReport.failure(
                of: TaskSpec(
                    attempt: AttemptID(task: task, number: 0),
                    input: input,
                    directory: "",
                    logPath: log.path
                ),
                plan: Plan(name: "job", stages: [.plain]),
                reason: "it was ended",
                reading: reading,
                processLogPath: "/dev/null"
            )
            try require(failure.kind == .crashed, "a crash is a \(failure.kind)")
            // Each byte takes at most the ten characters of an escape.
            try require(failure.record?.utf8.count ?? 0 <= 4096, "a quote is long")
            if let location = failure.location {
                try require(location.offset >= 0, "a record lies before its file")
            }
        }
    }
}

extension StagePlan {
    /// A stage that reads files and writes files.
    static let plain = StagePlan(
        id: 0,
        input: .files(name: "", format: .lines),
        steps: [],
        outputs: [.files]
    )
}

/// What a user types: sizes and the names of inputs; and quotes of what a user wrote.
struct ArgumentTarget: FuzzTarget {
    let name = "arguments"
    let mutation = Mutation.bytes

    func seeds() -> [[UInt8]] {
        ["256M", "9223372036854775807KiB", "1tb", "users=a/b.csv", "=", "é=x", "a=b=c"]
            .map { Array($0.utf8) }
    }

    func check(_ bytes: [UInt8]) throws -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        if let size = ByteSize(argument: text) {
            try require(size.count >= 0, "\(text) is \(size.count) bytes")
            try require(
                ByteSize(argument: size.description) == size,
                "\(size.count) bytes are shown as \(size)"
            )
        }
        let quote = bytes.withUnsafeBytes { RecordQuote.text(of: $0) }
        try require(!quote.contains("\n"), "a quote has lines")
        try require(quote.utf8.count <= 20 * EngineLimits.maxQuoteByteCount, "a quote is long")
        checkFields(bytes)
        return try checkInput(text)
    }

    private func checkInput(_ text: String) throws -> Bool {
        let groups = InputArguments([text, text], read: [("", .lines)]).groups
        try require(groups.count == 1 && groups[0].paths.count == 2, "one argument, one name")
        let group = groups[0]
        let whole = group.name.isEmpty ? group.paths[0] : "\(group.name)=\(group.paths[0])"
        try require(whole == text, "\(text) becomes \(whole)")
        return true
    }

    private func checkFields(_ bytes: [UInt8]) {
        let line = bytes.span
        _ = Int(line)
        _ = line.contains([0x3D])
        var index = 0
        while let field = line.field(index, separatedBy: "=") {
            _ = line.extracting(field)
            index += 1
        }
    }
}
