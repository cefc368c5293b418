public import MapReduceEngine

/// Where the pairs of an emitter go; the batch and the table are the inside of the sink that
/// combines, here so that an emitter, which is inlined into users' modules, fills them itself and
/// calls a sink once for 64 pairs.
///
/// Implementations belong to one task and one thread.
@usableFromInline
protocol PairSink<Key, Value>: AnyObject {
    associatedtype Key: RecordKey
    associatedtype Value: RecordValue

    var context: TaskContext { get }

    /// Where short keys with short values collect until there are `PendingBatch.capacity` of them;
    /// nil for a sink that takes pairs one by one.
    var batch: PendingBatch? { get }

    /// The table that the batch goes to, which changes when it grows; nil if there is no batch.
    var table: CombiningTable? { get }

    /// Takes the first pairs of the batch.
    func addBatch(count: Int)

    /// Takes one pair.
    func add(_ key: Key, _ value: Value)

    /// Takes one pair, whose key is encoded as the last of its record.
    func add(encodedKey: UnsafeRawBufferPointer, _ value: Value)

    /// Takes one pair, both of which are encoded as the last of their records.
    func add(encodedKey: UnsafeRawBufferPointer, encodedValue: UnsafeRawBufferPointer)

    /// Hands on what waits here; called when a source of pairs has ended, so more than once where
    /// there are several.
    func flush() throws
}

/// A sink that writes an output of a stage.
@usableFromInline
protocol OutputSink: AnyObject {
    /// Writes what is left; called once, after all pairs.
    func finish() throws
}

/// Most sinks take pairs one by one.
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
    /// Holds a value, encoded as the last of its record, and nothing else.
    ///
    /// What cannot be encoded fails the task.
    @inlinable
    mutating func hold(_ value: some RecordValue, for context: TaskContext) {
        removeAll()
        value.encodeLast(into: &self)
        if let failure { context.fail(failure) }
    }
}
