public import CIntrinsics
public import MapReduceEngine

/// The receiver of the pairs that a closure produces: `emit(key, value)`.
///
/// Emitting never throws: an error in storing a pair is remembered, and fails the attempt after the
/// current record. A closure borrows the emitter for one record and cannot keep it.
///
/// Cost: about 10 ns with `combine`, a key of at most 15 bytes and a number; no allocation.
public struct Emitter<Key: RecordKey, Value: RecordValue>: ~Copyable {
    @usableFromInline let sink: any PairSink<Key, Value>
    @usableFromInline let context: TaskContext
    @usableFromInline let pending: UnsafeMutablePointer<CombiningTable.Slot>?
    @usableFromInline var pendingCount = 0
    /// The address of the table's slots, for prefetching.
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

    /// Passes on the pairs in the batch.
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

    /// Passes on the pairs in the batch, and throws the task's first error.
    @inlinable
    mutating func finish() throws {
        if pendingCount > 0 { flush() }
        try context.checkFailure()
    }

    /// The file of the current record and its place in it.
    @inlinable
    public var split: SplitInfo {
        SplitInfo(path: context.currentPath, offset: context.currentOffset)
    }

    /// Adds to one of the job's counters.
    ///
    /// Counters are summed over all tasks, counting each task once however often it ran, and shown
    /// in the summary.
    public mutating func count(_ counter: Counter, by amount: Int = 1) {
        context.count(counter.name, by: amount)
    }

    /// Rejects the current record as input that the job does not read, and adds one to the counter
    /// that names the reason.
    ///
    /// The job continues without rejected records. It fails if a stage that reads files rejects
    /// every record and emits nothing: then the job was given the wrong files.
    public mutating func reject(_ reason: Counter) { context.reject(reason.name) }
}

extension Emitter where Key: ByteString {
    /// Emits a pair with a key given as its bytes, without creating a String.
    ///
    /// The bytes are not checked: invalid UTF-8 fails the attempt when a later step reads a String,
    /// and is written to the output unchanged.
    @inlinable
    @inline(__always)
    public mutating func callAsFunction(_ key: Span<UInt8>, _ value: Value) {
        key.withUnsafeBytes { add(encodedKey: $0, value) }
    }
}

extension Emitter where Value: ByteString {
    /// Emits a pair with a value given as its bytes, without creating or checking a String.
    @inlinable
    public mutating func callAsFunction(_ key: Key, _ value: Span<UInt8>) {
        keyBytes.hold(key, for: context)
        value.withUnsafeBytes { sink.add(encodedKey: keyBytes.bytes, encodedValue: $0) }
    }
}

extension Emitter where Key: ByteString, Value: ByteString {
    /// Emits a pair with a key and value given as their bytes; nothing is created or checked.
    @inlinable
    public mutating func callAsFunction(_ key: Span<UInt8>, _ value: Span<UInt8>) {
        key.withUnsafeBytes { key in
            value.withUnsafeBytes { sink.add(encodedKey: key, encodedValue: $0) }
        }
    }
}

extension Emitter where Key == Bytes {
    /// Emits a pair with a key given as borrowed bytes, without creating an array.
    @inlinable
    @inline(__always)
    public mutating func callAsFunction(_ key: Span<UInt8>, _ value: Value) {
        key.withUnsafeBytes { add(encodedKey: $0, value) }
    }
}

/// The origin of a record.
public struct SplitInfo: Hashable, Sendable {
    /// The path of the input file as given to the job; empty after a shuffle.
    public let path: String
    /// The offset where the record begins, in bytes of the uncompressed text.
    public let offset: Int

    @inlinable
    init(path: String, offset: Int) {
        self.path = path
        self.offset = offset
    }

    /// The last component of the path.
    public var fileName: String { Files.name(of: path) }
}

/// The name of a job's counter.
///
///     extension Counter { static let malformed: Counter = "malformed lines" }
public struct Counter: Hashable, Sendable, ExpressibleByStringLiteral {
    /// The name in the summary.
    public let name: String

    /// Creates a counter with a name.
    public init(_ name: String) { self.name = name }

    /// Creates a counter with a name.
    public init(stringLiteral name: String) { self.name = name }
}
