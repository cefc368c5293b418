/// Everything that an attempt needs to know.
///
/// The engine turns one into a `TaskReport`.
package struct TaskSpec: Hashable, Codable, Sendable {
    package var attempt: AttemptID
    package var input: TaskInput
    /// For each of the stage's sources, in the plan's order, the segments to read, in the order in
    /// which equal keys are kept.
    package var segments: [[Segment]]
    /// The attempt's own directory for what it writes for other stages; it does not exist yet.
    package var directory: String
    /// The same for its parts of the job's output.
    package var partDirectory: String
    /// The file for the task's standard output; nil leaves standard output unchanged.
    package var logPath: String?
    /// Records of the split that are skipped.
    package var badRecords: [BadRecord]
    /// Whether to report the sizes of the partitions of the run.
    package var tellsPartitions: Bool

    package init(
        attempt: AttemptID,
        input: TaskInput,
        segments: [[Segment]] = [],
        directory: String,
        partDirectory: String? = nil,
        logPath: String? = nil,
        badRecords: [BadRecord] = [],
        tellsPartitions: Bool = false
    ) {
        self.attempt = attempt
        self.input = input
        self.segments = segments
        self.directory = directory
        self.partDirectory = partDirectory ?? directory
        self.logPath = logPath
        self.badRecords = badRecords
        self.tellsPartitions = tellsPartitions
    }
}

/// What a task reads, in addition to its stage's broadcasts.
package enum TaskInput: Hashable, Codable, Sendable {
    case split(Split)
    /// The partition with this number, of the shuffles that the stage reads.
    case partition(Int)
}

/// The part of a run that belongs to one partition.
package struct Segment: Hashable, Codable, Sendable {
    /// The path of the run.
    package var run: String
    /// The partition's number in the run; a run that was fetched for one partition has no other.
    package var partition: Int

    package init(run: String, partition: Int) {
        self.run = run
        self.partition = partition
    }
}

/// How an attempt ended.
package struct TaskReport: Hashable, Codable, Sendable {
    package var attempt: AttemptID
    package var outcome: Outcome

    package init(attempt: AttemptID, outcome: Outcome) {
        self.attempt = attempt
        self.outcome = outcome
    }

    /// The outcome of an attempt.
    package enum Outcome: Hashable, Codable, Sendable {
        case succeeded(TaskOutput)
        case failed(Failure)
    }
}

/// What a successful attempt produced.
package struct TaskOutput: Hashable, Codable, Sendable {
    /// The run, for a stage that other stages read.
    package var run: OutputFile?
    /// The parts of the job's output, one for each of the stage's outputs that writes parts.
    package var parts: [OutputFile]
    package var counters: Counters
    /// The pairs written to the run, for each of the stage's outputs; empty for parts.
    package var written: [PairChecksum]
    /// The pairs read from the partition; nil for an attempt that reads a split or did not need all
    /// pairs.
    package var read: PairChecksum?
    /// The key with the most pairs read.
    package var heaviestKey: HeavyKey?
    /// The records that the attempt skipped, with their text.
    package var badRecords: [BadRecord]
    /// Its time by activity.
    package var times: TaskTimes
    /// The bytes of each partition of the run, if requested.
    package var partitionByteCounts: [Int]

    package init(
        run: OutputFile? = nil,
        parts: [OutputFile] = [],
        counters: Counters,
        written: [PairChecksum] = [],
        read: PairChecksum? = nil,
        heaviestKey: HeavyKey? = nil,
        badRecords: [BadRecord] = [],
        times: TaskTimes = TaskTimes(),
        partitionByteCounts: [Int] = []
    ) {
        self.run = run
        self.parts = parts
        self.counters = counters
        self.written = written
        self.read = read
        self.heaviestKey = heaviestKey
        self.badRecords = badRecords
        self.times = times
        self.partitionByteCounts = partitionByteCounts
    }

    /// All files, the run first.
    package var files: [OutputFile] { (run.map { [$0] } ?? []) + parts }

    /// A digest that distinguishes the output from another one.
    package var digest: OutputDigest {
        files.reduce(into: OutputDigest(written: written)) { $0.add($1) }
    }
}

/// A key and its number of pairs.
package struct HeavyKey: Hashable, Codable, Sendable {
    /// The key as its type writes it, shortened and escaped.
    package var key: String
    package var pairCount: Int

    package init(key: String, pairCount: Int) {
        self.key = key
        self.pairCount = pairCount
    }
}

/// A finished file, with what is needed to verify it.
package struct OutputFile: Hashable, Codable, Sendable {
    package var path: String
    package var byteCount: Int
    package var recordCount: Int
    /// The CRC-32 (as in zlib) of a part; for a run between stages, that of its index, which holds
    /// the checksums of all its blocks.
    package var checksum: UInt32

    package init(path: String, byteCount: Int, recordCount: Int, checksum: UInt32) {
        self.path = path
        self.byteCount = byteCount
        self.recordCount = recordCount
        self.checksum = checksum
    }
}

/// A digest that is equal for two outputs of one task if they are the same byte for byte; for a
/// run, in every partition.
package struct OutputDigest: Hashable, Codable, Sendable {
    package var byteCount: Int
    package var recordCount: Int
    package var checksum: UInt32
    package var hashSum: UInt64

    package init(byteCount: Int, recordCount: Int, checksum: UInt32, hashSum: UInt64) {
        self.byteCount = byteCount
        self.recordCount = recordCount
        self.checksum = checksum
        self.hashSum = hashSum
    }

    /// Creates the digest of an output without files.
    init(written: [PairChecksum]) {
        self.init(
            byteCount: 0,
            recordCount: 0,
            checksum: 0,
            hashSum: written.reduce(0) { $0 &+ $1.hashSum }
        )
    }

    /// Adds a file; the order of files matters.
    mutating func add(_ file: OutputFile) {
        byteCount &+= file.byteCount
        recordCount &+= file.recordCount
        // FNV-1a over 32-bit words; for a single file, its checksum.
        checksum = (checksum &* 0x0100_0193) ^ file.checksum
    }
}
