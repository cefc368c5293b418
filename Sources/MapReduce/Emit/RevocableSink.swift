internal import MapReduceEngine

/// A sink in front of one that writes an output, used if records may be bad: counts the pairs of
/// the current record, or holds them until its closures have returned.
///
/// It has no batch: a pair waiting in one would count for a later record.
@usableFromInline
final class RevocableSink<Key: RecordKey, Value: RecordValue>: PairSink, HoldingSink {
    @usableFromInline let context: TaskContext
    @usableFromInline let target: any PairSink<Key, Value>
    @usableFromInline let emissions: RecordEmissions
    @exclusivity(unchecked) @usableFromInline var held = ByteWriter()
    /// The end offsets of each held key and value.
    @exclusivity(unchecked) @usableFromInline var ends: [(key: Int, value: Int)] = []

    @inlinable
    init(to target: any PairSink<Key, Value>, _ emissions: RecordEmissions) {
        context = target.context
        self.target = target
        self.emissions = emissions
        emissions.add(self)
    }

    @inlinable
    func add(_ key: Key, _ value: Value) {
        guard emissions.areHeld else {
            emissions.sentCount &+= 1
            return target.add(key, value)
        }
        key.encodeLast(into: &held)
        let end = held.byteCount
        value.encodeLast(into: &held)
        hold(keyEnd: end)
    }

    @inlinable
    func add(encodedKey key: UnsafeRawBufferPointer, _ value: Value) {
        guard emissions.areHeld else {
            emissions.sentCount &+= 1
            return target.add(encodedKey: key, value)
        }
        held.append(key)
        let end = held.byteCount
        value.encodeLast(into: &held)
        hold(keyEnd: end)
    }

    @inlinable
    func add(encodedKey key: UnsafeRawBufferPointer, encodedValue value: UnsafeRawBufferPointer) {
        guard emissions.areHeld else {
            emissions.sentCount &+= 1
            return target.add(encodedKey: key, encodedValue: value)
        }
        held.append(key)
        let end = held.byteCount
        held.append(value)
        hold(keyEnd: end)
    }

    /// Notes the end of the pair that was appended.
    @usableFromInline
    func hold(keyEnd: Int) {
        if let failure = held.failure {
            held.failure = nil
            context.fail(failure)
        }
        ends.append((keyEnd, held.byteCount))
        // If a record emits more than a task may hold in memory, its pairs cannot be taken back.
        if held.byteCount > context.limits.memoryByteCount { emissions.send(to: context) }
    }

    @usableFromInline
    func send() {
        var start = 0
        for end in ends {
            emissions.sentCount &+= 1
            let pair = held.bytes
            target.add(
                encodedKey: UnsafeRawBufferPointer(rebasing: pair[start..<end.key]),
                encodedValue: UnsafeRawBufferPointer(rebasing: pair[end.key..<end.value])
            )
            start = end.value
        }
        forget()
    }

    @usableFromInline
    func forget() {
        held.removeAll()
        ends.removeAll(keepingCapacity: true)
    }

    @inlinable
    func flush() throws { try target.flush() }
}

extension PairSink {
    /// Returns the sink, or a revocable sink in front of it if records of the task's input may be
    /// bad.
    @inlinable
    func revocable() -> any PairSink<Key, Value> {
        guard let emissions = context.emissions else { return self }
        return RevocableSink(to: self, emissions)
    }
}
