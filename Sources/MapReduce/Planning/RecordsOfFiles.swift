/// What a stage that reads files does with their records.
///
/// Unchecked: filled while one thread plans, and only read once tasks run.
@usableFromInline
final class RecordsOfFiles<Record: ~Copyable & ~Escapable>: FileStage, @unchecked Sendable {
    /// Takes the records that a task reads.
    @usableFromInline
    struct Sink {
        @usableFromInline let add: (_ record: borrowing Record) throws -> Void
        /// Hands over what waits.
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

    @usableFromInline
    typealias MakeSink = @Sendable (TaskContext) throws -> Sink

    private let drive: RecordFormat<Record>.Drive
    private var consumers: [MakeSink] = []

    init(_ format: RecordFormat<Record>) { drive = format.drive }

    @usableFromInline
    func attach(_ consumer: @escaping MakeSink) { consumers.append(consumer) }

    func run(_ context: TaskContext) throws {
        let sinks = try consumers.map { try $0(context) }
        if sinks.count == 1 {
            try drive(context, sinks[0].add)
        } else {
            try drive(context) { record in for sink in sinks { try sink.add(record) } }
        }
        for sink in sinks { try sink.flush() }
    }
}
