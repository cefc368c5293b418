/// Takes the lines that a task reads.
///
/// Implementations belong to one task and one thread.
@usableFromInline
protocol LineSink: AnyObject {
    /// Takes one line, which is lent.
    func add(_ line: UnsafeRawBufferPointer) throws
    /// Hands over what waits.
    func flush() throws
}

/// What a stage that reads files does with their lines.
///
/// Unchecked: filled while one thread plans, and only read once tasks run.
@usableFromInline
final class LinesOfFiles: FileStage, @unchecked Sendable {
    @usableFromInline
    typealias MakeSink = @Sendable (TaskContext) throws -> any LineSink

    private var consumers: [MakeSink] = []

    @usableFromInline
    func attach(_ consumer: @escaping MakeSink) { consumers.append(consumer) }

    func run(_ context: TaskContext) throws {
        let sinks = try consumers.map { try $0(context) }
        if sinks.count == 1 {
            let only = sinks[0]
            try context.forEachLine { try only.add($0) }
        } else {
            try context.forEachLine { line in for sink in sinks { try sink.add(line) } }
        }
        for sink in sinks { try sink.flush() }
    }
}

/// What has a stage that reads files.
@usableFromInline
class FileStage: PlannedOutlet {
    private var ownStage: StageBuilder?

    @usableFromInline var stage: StageBuilder {
        get {
            guard let ownStage else { preconditionFailure("a reader has its stage from the start") }
            return ownStage
        }
        set { ownStage = newValue }
    }

    func forgetStages() { ownStage = nil }
}
