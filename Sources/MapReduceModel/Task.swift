/// Everything that an attempt needs to know.
///
/// The engine turns one into a `TaskReport`.
package struct TaskSpec: Hashable, Codable, Sendable {
    package var attempt: AttemptID
    package var input: TaskInput
    /// The attempt's own directory; it does not exist yet.
    package var directory: String
    /// The file that takes what the task prints; nil leaves standard output alone.
    package var logPath: String?
    /// Records of the split that are passed over.
    package var badRecords: [BadRecord]

    package init(
        attempt: AttemptID,
        input: TaskInput,
        directory: String,
        logPath: String? = nil,
        badRecords: [BadRecord] = []
    ) {
        self.attempt = attempt
        self.input = input
        self.directory = directory
        self.logPath = logPath
        self.badRecords = badRecords
    }
}

/// What a task reads.
package enum TaskInput: Hashable, Codable, Sendable {
    case split(Split)
    /// The segments of one partition, in the order in which equal keys are kept.
    case segments(partition: Int, of: [Segment])
}

/// The part of a run that belongs to one partition.
package struct Segment: Hashable, Codable, Sendable {
    /// The path of the run.
    package var run: String
    /// Which of the run's partitions it is; a run that was fetched for one partition has no other.
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

    /// What came of an attempt.
    package enum Outcome: Hashable, Codable, Sendable {
        case succeeded(TaskOutput)
        case failed(Failure)
    }
}

/// What a successful attempt left behind.
package struct TaskOutput: Hashable, Codable, Sendable {
    /// The run of a shuffling stage, or the part of a stage that writes files.
    package var file: OutputFile
    package var counters: Counters
    /// The pairs of the run; nil for a part.
    package var written: PairChecksum?
    /// The pairs that were read from segments; nil for an attempt that reads files, or that did not
    /// need all pairs.
    package var read: PairChecksum?
    /// The records that the attempt passed over, with their text.
    package var badRecords: [BadRecord]

    package init(
        file: OutputFile,
        counters: Counters,
        written: PairChecksum? = nil,
        read: PairChecksum? = nil,
        badRecords: [BadRecord] = []
    ) {
        self.file = file
        self.counters = counters
        self.written = written
        self.read = read
        self.badRecords = badRecords
    }

    /// What tells the output from another one.
    package var digest: OutputDigest {
        OutputDigest(
            byteCount: file.byteCount,
            recordCount: file.recordCount,
            checksum: file.checksum,
            hashSum: written?.hashSum ?? 0
        )
    }
}

/// A finished file, with what is needed to verify it.
package struct OutputFile: Hashable, Codable, Sendable {
    package var path: String
    package var byteCount: Int
    package var recordCount: Int
    /// CRC-32 (as in zlib) of a part; of a run that of its index, which holds those of all its
    /// blocks.
    package var checksum: UInt32

    package init(path: String, byteCount: Int, recordCount: Int, checksum: UInt32) {
        self.path = path
        self.byteCount = byteCount
        self.recordCount = recordCount
        self.checksum = checksum
    }
}

/// What two outputs of one task have in common if they are the same, byte by byte; of a run, in
/// every partition.
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
}
