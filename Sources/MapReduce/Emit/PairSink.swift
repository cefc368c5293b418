public import MapReduceEngine

/// The destination of an emitter's pairs.
///
/// The batch and the table are internals of the combining sink. They are exposed here so that an
/// emitter, which is inlined into users' modules, fills them itself and calls a sink once per 64
/// pairs.
///
/// Implementations belong to one task and one thread.
@usableFromInline
protocol PairSink<Key, Value>: AnyObject {
    associatedtype Key: RecordKey
    associatedtype Value: RecordValue

    var context: TaskContext { get }

    /// The batch that collects up to `PendingBatch.capacity` short keys with short values; nil for
    /// a sink that takes pairs one by one.
    var batch: PendingBatch? { get }

    /// The table that receives the batch, which changes when it grows; nil if there is no batch.
    var table: CombiningTable? { get }

    /// Takes the first pairs of the batch.
    func addBatch(count: Int)

    /// Takes one pair.
    func add(_ key: Key, _ value: Value)

    /// Takes one pair, whose key is encoded as the last of its record.
    func add(encodedKey: UnsafeRawBufferPointer, _ value: Value)

    /// Takes one pair, with key and value each encoded as the last of their records.
    func add(encodedKey: UnsafeRawBufferPointer, encodedValue: UnsafeRawBufferPointer)

    /// Passes on pending pairs; called when a source of pairs has ended, so more than once if there
    /// are several sources.
    func flush() throws
}

/// A sink that writes an output of a stage.
@usableFromInline
protocol OutputSink: AnyObject {
    /// Writes the rest; called once, after all pairs.
    func finish() throws
}

/// Defaults for most sinks, which take pairs one by one.
extension PairSink {
    @inlinable var batch: PendingBatch? { nil }
    @inlinable var table: CombiningTable? { nil }

    @inlinable
    func addBatch(count: Int) {}

    @inlinable
    func add(encodedKey key: UnsafeRawBufferPointer, encodedValue value: UnsafeRawBufferPointer) {
        do {
            add(encodedKey: key, try Value(record: value))
        } catch {
            context.fail(error)
        }
    }

    @inlinable
    func flush() throws { try context.checkFailure() }
}

extension ByteWriter {
    /// Replaces the contents with a value, encoded as the last of its record.
    ///
    /// A value that cannot be encoded fails the task.
    @inlinable
    mutating func hold(_ value: some RecordValue, for context: TaskContext) {
        removeAll()
        value.encodeLast(into: &self)
        if let failure { context.fail(failure) }
    }
}
