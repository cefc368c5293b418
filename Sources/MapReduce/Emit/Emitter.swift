public import CIntrinsics
public import MapReduceEngine

/// Takes the pairs that a closure produces: `emit(key, value)`.
///
/// Emitting never throws: a failure to store a pair is remembered, and fails the attempt after the
/// current record. An emitter is lent to a closure for one record and cannot be kept.
///
/// Cost: with `combine`, a key of at most 15 bytes and a number, about 10 ns; no allocation.
public struct Emitter<Key: RecordKey, Value: RecordValue>: ~Copyable {
    @usableFromInline let sink: any PairSink<Key, Value>
    @usableFromInline let context: TaskContext
    @usableFromInline let pending: UnsafeMutablePointer<CombiningTable.Slot>?
    @usableFromInline var pendingCount = 0
    /// Where the slots of the table are, to prefetch them.
    @usableFromInline var slots: UnsafePointer<CombiningTable.Slot>?
    @usableFromInline var slotMask: UInt64 = 0
    @usableFromInline var keyBytes = ByteWriter()

    @inlinable
    init(_ sink: any PairSink<Key, Value>) {
        self.sink = sink
        context = sink.context
        pending = sink.batch?.pairs
        findSlots()
    }

    /// Emits a pair.
    @inlinable
    public mutating func callAsFunction(_ key: Key, _ value: Value) {
        guard pending != nil else {
            sink.add(key, value)
            return
        }
        keyBytes.hold(key, for: context)
        add(encodedKey: keyBytes.bytes, value)
    }

    @inlinable
    @inline(__always)
    mutating func add(encodedKey key: UnsafeRawBufferPointer, _ value: Value) {
        guard let pending, UInt(bitPattern: key.count &- 1) < 15, let start = key.baseAddress else {
            sink.add(encodedKey: key, value)
            return
        }
        let short = ShortKey(start, byteCount: key.count)
        let hash = KeyHash.mix(0, short.word0, short.word1)
        if let slots {
            intrinsics_prefetch(slots + Int(truncatingIfNeeded: hash & slotMask))
        }
        pending[pendingCount] = CombiningTable.Slot(
            word0: short.word0,
            word1: short.word1,
            value: InlineValue.bits(of: value),
            hash: hash
        )
        pendingCount &+= 1
        if pendingCount == 64 { flush() }
    }

    /// Hands over the pairs that wait in the batch.
    @inlinable
    mutating func flush() {
        sink.addBatch(count: pendingCount)
        pendingCount = 0
        findSlots()
    }

    @inlinable
    mutating func findSlots() {
        guard let table = sink.table else { return }
        slots = UnsafePointer(table.slots)
        slotMask = table.mask
    }

    /// Hands over what waits, and throws the first error of the task.
    @inlinable
    mutating func finish() throws {
        if pendingCount > 0 { flush() }
        try context.checkFailure()
    }

    /// The file and the place of the current record.
    @inlinable
    public var split: SplitInfo {
        SplitInfo(path: context.currentPath, offset: context.currentOffset)
    }

    /// Adds to a counter of the job.
    ///
    /// Counters are summed over all tasks, each counted once, however often it was run, and shown
    /// in the summary.
    public mutating func count(_ counter: Counter, by amount: Int = 1) {
        context.count(counter.name, by: amount)
    }

    /// Says that the current record is not what the job reads, and adds one to a counter of the
    /// job, which names the reason.
    ///
    /// A job goes on without the records that it rejects. It fails if a stage that reads files
    /// rejects every record and emits nothing: then it was given other files than it is for.
    public mutating func reject(_ reason: Counter) { context.reject(reason.name) }
}

extension Emitter where Key: ByteString {
    /// Emits a pair whose key is given as its bytes; no String is made.
    ///
    /// The bytes are not checked: bytes that are not valid UTF-8 fail the attempt when a later step
    /// asks for a String, and are written to the output as they are.
    @inlinable
    @inline(__always)
    public mutating func callAsFunction(_ key: Span<UInt8>, _ value: Value) {
        key.withUnsafeBytes { add(encodedKey: $0, value) }
    }
}

extension Emitter where Value: ByteString {
    /// Emits a pair whose value is given as its bytes; no String is made, and none is checked.
    @inlinable
    public mutating func callAsFunction(_ key: Key, _ value: Span<UInt8>) {
        keyBytes.hold(key, for: context)
        value.withUnsafeBytes { sink.add(encodedKey: keyBytes.bytes, encodedValue: $0) }
    }
}

extension Emitter where Key: ByteString, Value: ByteString {
    /// Emits a pair whose key and value are given as their bytes; nothing is made or checked.
    @inlinable
    public mutating func callAsFunction(_ key: Span<UInt8>, _ value: Span<UInt8>) {
        key.withUnsafeBytes { key in
            value.withUnsafeBytes { sink.add(encodedKey: key, encodedValue: $0) }
        }
    }
}

extension Emitter where Key == Bytes {
    /// Emits a pair whose key is given as borrowed bytes; no array is made.
    @inlinable
    @inline(__always)
    public mutating func callAsFunction(_ key: Span<UInt8>, _ value: Value) {
        key.withUnsafeBytes { add(encodedKey: $0, value) }
    }
}

/// Where a record came from.
public struct SplitInfo: Hashable, Sendable {
    /// The path of the input file as the job was given it; empty after a shuffle.
    public let path: String
    /// Where the record begins, in bytes of the uncompressed text.
    public let offset: Int

    @inlinable
    init(path: String, offset: Int) {
        self.path = path
        self.offset = offset
    }

    /// The last component of the path.
    public var fileName: String { Files.name(of: path) }
}

/// The name of a sum that a job keeps.
///
///     extension Counter { static let malformed: Counter = "malformed lines" }
public struct Counter: Hashable, Sendable, ExpressibleByStringLiteral {
    /// How it is shown in the summary.
    public let name: String

    /// Names a counter.
    public init(_ name: String) { self.name = name }

    /// Names a counter.
    public init(stringLiteral name: String) { self.name = name }
}
