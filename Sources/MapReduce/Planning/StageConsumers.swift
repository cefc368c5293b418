/// The consumers of a dataset's pairs, or of what a stage reads from files: one for each use.
///
/// The planner adds to them; in the finished stages they do not change.
protocol StageConsumers: Sendable {}

/// The slot where the planner, and then the finished stages, have consumers of one type.
struct ConsumerSlot<Consumers: StageConsumers>: Sendable {
    let number: Int
}

/// A function that makes the sink for the pairs that a task produces for a dataset.
@usableFromInline
typealias MakeSink<Key: RecordKey, Value: RecordValue> =
    @Sendable (TaskContext) throws -> any PairSink<Key, Value>

/// The consumers of a dataset's pairs.
struct DatasetConsumers<Key: RecordKey, Value: RecordValue>: StageConsumers {
    var makeSinks: [MakeSink<Key, Value>] = []

    /// Makes the sink for the pairs of one task.
    func makeSink(_ context: TaskContext) throws -> any PairSink<Key, Value> {
        if makeSinks.count == 1 { return try makeSinks[0](context) }
        return ForkSink(context, to: try makeSinks.map { try $0(context) })
    }
}

/// A sink for the lines that a task reads.
///
/// Implementations belong to one task and one thread.
@usableFromInline
protocol LineSink: AnyObject {
    /// Takes one line, which is borrowed.
    func add(_ line: UnsafeRawBufferPointer) throws
    /// Passes on everything pending.
    func flush() throws
}

/// A function that makes the sink for the lines that a task reads.
@usableFromInline
typealias MakeLineSink = @Sendable (TaskContext) throws -> any LineSink

/// The consumers of the lines of files.
struct LineConsumers: StageConsumers {
    var makeSinks: [MakeLineSink] = []

    /// Runs a task by reading its lines.
    func run(_ context: TaskContext) throws {
        let sinks = try makeSinks.map { try $0(context) }
        if sinks.count == 1 {
            let only = sinks[0]
            try context.forEachLine { try only.add($0) }
        } else {
            try context.forEachLine { line in for sink in sinks { try sink.add(line) } }
        }
        for sink in sinks { try sink.flush() }
    }
}

/// A sink for the records that a task reads.
@usableFromInline
struct RecordSink<Record: ~Copyable & ~Escapable> {
    @usableFromInline let add: (_ record: borrowing Record) throws -> Void
    /// Passes on everything pending.
    @usableFromInline let flush: () throws -> Void

    @usableFromInline
    init(
        add: @escaping (_ record: borrowing Record) throws -> Void,
        flush: @escaping () throws -> Void
    ) {
        self.add = add
        self.flush = flush
    }
}

/// A function that makes the sink for the records that a task reads.
@usableFromInline
typealias MakeRecordSink<Record: ~Copyable & ~Escapable> =
    @Sendable (TaskContext) throws -> RecordSink<Record>

/// The consumers of the records of files.
struct RecordConsumers<Record: ~Copyable & ~Escapable>: StageConsumers {
    /// Calls a closure with each record of a task.
    let drive: RecordFormat<Record>.Drive
    var makeSinks: [MakeRecordSink<Record>] = []

    init(_ format: RecordFormat<Record>) { drive = format.drive }

    /// Runs a task by reading its records.
    func run(_ context: TaskContext) throws {
        let sinks = try makeSinks.map { try $0(context) }
        if sinks.count == 1 {
            try drive(context, sinks[0].add)
        } else {
            try drive(context) { record in for sink in sinks { try sink.add(record) } }
        }
        for sink in sinks { try sink.flush() }
    }
}
