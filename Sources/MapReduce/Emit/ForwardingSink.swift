/// A sink that passes every pair directly to the next closure: neighboring steps run in one pass.
@usableFromInline
final class ForwardingSink<
    Key: RecordKey,
    Value: RecordValue,
    NextKey: RecordKey,
    NextValue: RecordValue
>: PairSink {
    @usableFromInline
    typealias Body = @Sendable (Key, Value, inout Emitter<NextKey, NextValue>) throws -> Void

    @usableFromInline let context: TaskContext
    @usableFromInline let body: Body
    @usableFromInline let target: any PairSink<NextKey, NextValue>
    @exclusivity(unchecked) @usableFromInline var next: Emitter<NextKey, NextValue>

    @inlinable
    init(to sink: any PairSink<NextKey, NextValue>, body: @escaping Body) {
        context = sink.context
        self.body = body
        target = sink
        next = Emitter(sink)
    }

    @inlinable
    func add(_ key: Key, _ value: Value) {
        guard context.failure == nil else { return }
        do {
            try body(key, value, &next)
        } catch {
            context.fail(error)
        }
    }

    @inlinable
    func add(encodedKey: UnsafeRawBufferPointer, _ value: Value) {
        do {
            add(try Key(record: encodedKey), value)
        } catch {
            context.fail(error)
        }
    }

    @inlinable
    func flush() throws {
        try next.finish()
        try target.flush()
    }
}
