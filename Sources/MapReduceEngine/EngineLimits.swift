/// Every limit of the data plane, with its unit, default and reason.
package struct EngineLimits: Hashable, Sendable {
    /// Bytes of memory that one task may use for the pairs that it collects; when it is reached,
    /// they are sorted and spilled.
    ///
    /// 256 MiB lets a split of text combine without a spill.
    package var memoryByteCount = 256 << 20

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

    /// Partitions of one stage.
    ///
    /// A reader of one partition reads a run's whole index, which is
    /// 160 KiB at 4,096.
    package static let maxPartitionCount = 1 << 12

    package init() {}
}
