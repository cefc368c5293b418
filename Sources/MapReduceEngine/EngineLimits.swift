/// Every limit of the data plane, with its unit, default and reason.
package struct EngineLimits: Hashable, Sendable {
    /// Bytes of memory that one task may use for the pairs that it collects; when it is reached,
    /// they are sorted and spilled.
    ///
    /// 256 MiB lets a split of text combine without a spill.
    package var memoryByteCount = 256 << 20

    /// Pairs that one task may collect, or keys in a combining table, before they are spilled: for
    /// tests that ask for spills of a few pairs.
    package var maxPairCount = Int.max

    /// The least memory that a task can work with, in bytes: a table, its index and their growth.
    package static let minMemoryByteCount = 1 << 20

    /// Runs that are merged at once.
    ///
    /// At 64 the blocks being read, of at most 128 KiB each unless a pair is larger, take 8 MiB.
    package var mergeWidth = 64

    /// Bytes of pairs in one block of a run, before it is closed: large enough for the disk, small
    /// enough that 64 of them stay in the cache.
    package static let blockByteCount = 64 << 10

    /// Bytes of one read of an input file: large enough to be sequential, small enough for L2.
    package static let readByteCount = 1 << 20

    /// The longest record, in bytes.
    ///
    /// A record is held in memory whole, so a file without line ends must end with a message, not
    /// with the machine's memory.
    package static let maxRecordByteCount = 64 << 20

    /// The largest encoded pair, in bytes, key and value together: what a block may grow to.
    package static let maxPairByteCount = 256 << 20

    /// Bytes of the list of a segment's blocks: what a reader holds of each run that it cuts.
    package static let maxBlockListByteCount = 256 << 20

    /// Partitions of one stage.
    ///
    /// A reader of one partition reads a run's whole index, which is
    /// 160 KiB at 4,096.
    package static let maxPartitionCount = 1 << 12

    /// Bytes of input of one split, unless something else is asked for: large enough that combining
    /// pays, small enough that a task ends within a second.
    package static let splitByteCount = 128 << 20

    /// The fewest bytes that a task is cut to: a task costs about as much as reading them.
    package static let minSplitByteCount = 256 << 10

    /// Splits of a stage: the memory of whoever schedules them is bounded.
    package static let maxSplitCount = 100_000

    /// The largest file that can be a record, in bytes.
    ///
    /// It is held in memory whole.
    package static let maxWholeFileByteCount = 256 << 20

    /// Bytes before a cut of a file of rows that are read at first, to find out whether the cut is
    /// within quotes: the end of one quoted field of text tells, and most files have many in so
    /// many bytes, or none.
    package static let rowLookByteCount = 64 << 10

    /// Brackets within brackets of a line of JSON: deeper ones are damage, or meant to do damage.
    package static let maxJSONDepth = 512

    /// Bytes from the start of a file on within which lines are counted, to tell the line of a
    /// record that cannot be read: a second or two of reading.
    package static let maxCountedByteCount = 8 << 30

    /// The fewest bytes of a piece of a gzip file with many members: finding the first member costs
    /// as much as reading `gzipProofByteCount`, twice.
    package static let minGzipPieceByteCount = 4 << 20

    /// Stored bytes of a gzip file within which a second member must begin for the file to be cut:
    /// they are read when the job is planned.
    package static let gzipLookByteCount = 1 << 20

    /// Stored bytes from a place of a gzip file on that must be valid for a member to begin there:
    /// a gzip file that lies in another one's text, stored as it is, is interrupted every 64 KiB.
    package static let gzipProofByteCount = 256 << 10

    /// Bytes of a text in which a line must end in LF for CRs to be taken for a part of its lines:
    /// longer than usual lines, and little to read of each file when a job is planned.
    package static let lineEndLookByteCount = 64 << 10

    /// Links that a path is followed through to find out whether it leads to a descriptor: as many
    /// as the system follows.
    package static let maxLinkCount = 40

    /// Slots that a combining table begins with: they fit the cache.
    package static let initialTableCapacity = 1 << 12

    /// Bytes of compressed input that are read at once: about a megabyte of text.
    package static let compressedReadByteCount = 256 << 10

    /// Bytes of memory that decompressing a file of xz may take.
    ///
    /// All levels of `xz` take 65 MiB or less, and a file could otherwise take 4 GiB. It is memory
    /// besides `--memory`.
    package static let maxXzMemoryByteCount = 128 << 20

    /// Bytes of a file's text that are looked at when a job is planned, to see that it is text.
    ///
    /// What is not text has a NUL soon, and thousands of files are looked at in a second.
    package static let textCheckByteCount = 64 << 10

    /// How hard zlib tries to compress an output, of 9: a twentieth more bytes than at its default
    /// of 6, in half the time.
    package static let gzipLevel: Int32 = 4

    /// Bytes of output that are written at once: large enough for the disk.
    package static let partBufferByteCount = 256 << 10

    /// Bytes that are written at once to standard output: what a pipe that can be written to takes
    /// without blocking (PIPE_BUF).
    package static let pipeChunkByteCount = 4096

    /// Calls of a sampler of which about one is measured, until it has made so many that
    /// `maxSampleGap` is reached: a small task has few, and they may be long.
    package static let callsToSample = 16

    /// The most calls of a sampler of which about one is measured.
    package static let maxSampleGap = 512

    /// Nanoseconds of calls of which about one is measured, which takes about a tenth of a
    /// microsecond: calls that are longer than that are measured each.
    package static let nanosecondsOfSample = 1_000_000.0

    /// A call that takes so many times the usual is not taken for one of many: the thread was not
    /// running, or a disk was waited for.
    package static let longCallFactor = 64.0

    /// Bytes that are kept of a record that is skipped: what a person looks at.
    package static let maxBadRecordByteCount = 64 << 10

    /// The same in a task that has reported many bytes of them: enough to know each by.
    package static let minBadRecordByteCount = 256

    /// Characters of the reason why a record is skipped: a sentence, and a quotation.
    package static let maxBadReasonCount = 1024

    /// Bytes of all records that a task skips, as it reports them: a report fits a request,
    /// whatever its bytes become in JSON.
    package static let maxBadRecordsByteCount = 8 << 20

    /// Malformed records of a task whose lines are counted: to count them reads the file again.
    package static let locatedRecordCount = 10

    /// Bytes of a record that a message quotes: two lines of a terminal.
    package static let maxQuoteByteCount = 200

    /// Bytes of a file of gzip members from which on it is read in one piece: places in larger ones
    /// have no virtual offset.
    package static let maxCutGzipByteCount = 1 << 46

    package init() {}
}
