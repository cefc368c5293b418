internal import MapReduceEngine

/// A sink that passes every pair to several sinks, for a dataset that is used more than once.
final class ForkSink<Key: RecordKey, Value: RecordValue>: PairSink {
    let context: TaskContext
    private let targets: [any PairSink<Key, Value>]

    init(_ context: TaskContext, to targets: [any PairSink<Key, Value>]) {
        self.context = context
        self.targets = targets
    }

    func add(_ key: Key, _ value: Value) { for target in targets { target.add(key, value) } }

    func add(encodedKey key: UnsafeRawBufferPointer, _ value: Value) {
        for target in targets { target.add(encodedKey: key, value) }
    }

    func add(encodedKey key: UnsafeRawBufferPointer, encodedValue value: UnsafeRawBufferPointer) {
        for target in targets { target.add(encodedKey: key, encodedValue: value) }
    }

    func flush() throws { for target in targets { try target.flush() } }
}

/// A sink that takes the pairs of several emitters, for a union of datasets that one stage
/// produces.
///
/// It has no batch, because every emitter would fill the same one.
@usableFromInline
final class JoiningSink<Key: RecordKey, Value: RecordValue>: PairSink {
    @usableFromInline let context: TaskContext
    @usableFromInline let target: any PairSink<Key, Value>

    @inlinable
    init(_ context: TaskContext, to target: any PairSink<Key, Value>) {
        self.context = context
        self.target = target
    }

    @inlinable
    func add(_ key: Key, _ value: Value) { target.add(key, value) }

    @inlinable
    func add(encodedKey key: UnsafeRawBufferPointer, _ value: Value) {
        target.add(encodedKey: key, value)
    }

    @inlinable
    func add(encodedKey key: UnsafeRawBufferPointer, encodedValue value: UnsafeRawBufferPointer) {
        target.add(encodedKey: key, encodedValue: value)
    }

    @inlinable
    func flush() throws { try target.flush() }
}
