public import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess

/// What a running task knows: where its records come from, where it writes, and what it has
/// counted.
///
/// It belongs to the one thread that runs the task.
@usableFromInline
final class TaskContext {
    let spec: TaskSpec
    let job: CompiledJob
    let limits: EngineLimits
    /// What a test asks for that is unusual; nil in every other run.
    let testConditions: TestConditions?
    let memory: TaskMemory
    let recorder: FlightRecorder
    /// The page of the flight recorder: two stores a record go there directly.
    private let page: UnsafeMutableRawPointer
    /// Whose code runs, the engine's or the user's.
    @usableFromInline let owner: ExecutionOwner
    /// What the task's time goes into.
    @usableFromInline let clock: PhaseClock
    var counters = Counters()
    private var userCounters = Counters()
    /// The user's counters have the number of rejected records under this name.
    ///
    /// So it is held like them while a record may be bad. No counter of the user's has the name.
    static let rejections = "\u{0}rejected"
    /// The number of the last record that was rejected.
    @exclusivity(unchecked) private var lastRejected = 0

    /// The first error since the task began.
    ///
    /// Emitters cannot throw, so they leave it here, and the loop over the records throws it after
    /// the current one.
    @exclusivity(unchecked) @usableFromInline var failure: (any Error)?

    /// The part of a file that is being read; nil in a stage that reads pairs.
    private var currentPiece: FilePiece?
    /// The path of the file that is being read; empty in a stage that reads pairs.
    @exclusivity(unchecked) @usableFromInline private(set) var currentPath = ""
    private var currentPathHash: UInt64 = 0
    /// Where the current record begins.
    @exclusivity(unchecked) @usableFromInline private(set) var currentOffset = 0
    @exclusivity(unchecked) private var recordNumber = 0
    /// The key that is being worked on, in a stage that reads pairs.
    @exclusivity(unchecked) private var currentKey = UnsafeRawBufferPointer(start: nil, count: 0)
    /// The pairs that were read of the task's partition; nil before all were.
    private(set) var received: PairChecksum?
    /// The key that had most of them.
    private(set) var heaviestKey: HeavyKey?
    /// What writes the stage's outputs, by their indexes.
    var sinks: [Int: any OutputSink] = [:]
    /// The run of the attempt, from the first shuffle on that is written to it.
    var run: RunWriter?
    var written: [PairChecksum]
    var parts: [OutputFile] = []
    /// What is shared by those that make sinks for this task.
    private var shared: [SharedSlot: AnyObject] = [:]
    /// The records that were passed over, and the bytes that they take in the report.
    var skippedRecords: [BadRecord] = []
    var skippedByteCount = 0
    /// How many of them the job allows.
    let maxBadRecords: Int
    /// What was emitted for the current record; nil where none may be bad.
    @usableFromInline let emissions: RecordEmissions?
    /// The record at which a step failed, shortened and escaped.
    private(set) var failedRecord: String?
    /// The key at which one failed, as its type writes it.
    private(set) var failedKey: String?

    init(
        spec: TaskSpec,
        job: CompiledJob,
        limits: EngineLimits,
        testConditions: TestConditions?,
        memory: TaskMemory,
        recorder: FlightRecorder,
        clock: PhaseClock,
        maxBadRecords: Int = 0,
        holdsEmissions: Bool = false
    ) {
        self.spec = spec
        self.job = job
        written = job.plan.stages[spec.attempt.task.stage].outputs.map { _ in PairChecksum() }
        self.limits = limits
        self.maxBadRecords = maxBadRecords
        // A key that is bad would be no place in the input.
        if case .split = spec.input, maxBadRecords > 0 {
            emissions = RecordEmissions(holdsAll: holdsEmissions)
        } else {
            emissions = nil
        }
        self.testConditions = testConditions
        self.memory = memory
        self.recorder = recorder
        page = recorder.page
        owner = ExecutionOwner(word: recorder.ownerWord)
        self.clock = clock
    }

    /// Lets go of what writes outputs, and with it of files and memory: it knows this in turn.
    func end() {
        sinks = [:]
        shared = [:]
        run = nil
        emissions?.end()
    }

    /// The stage that the task belongs to.
    var stage: StagePlan { job.plan.stages[spec.attempt.task.stage] }
    /// How the keys are shown that the stage reads; nil in a stage that reads files.
    var keys: StageKeys? { job.stages[spec.attempt.task.stage].keys }

    /// The only one of its kind in this task, which is made if it was not.
    @usableFromInline
    func shared<Object: AnyObject>(
        _ slot: SharedSlot,
        _ make: () throws -> Object
    ) rethrows -> Object {
        if let known = shared[slot] as? Object { return known }
        let object = try make()
        shared[slot] = object
        return object
    }

    /// The task's own counters and the user's.
    var allCounters: Counters {
        var all = counters
        for entry in userCounters.entries {
            if entry.name == Self.rejections {
                all.add(entry.value, to: BuiltInCounter.recordsRejected)
                continue
            }
            all.add(entry.value, to: BuiltInCounter.userPrefix + entry.name)
        }
        return all
    }

    /// Remembers an error, unless there is one already.
    ///
    /// The closure goes on to its end, and may trap before; so the page has the error as well.
    @usableFromInline
    func fail(_ error: any Error) {
        guard failure == nil else { return }
        failure = error
        recorder.note("\(error)")
    }

    /// Forgets it, when the record is to be tried again, or skipped.
    func forgetFailure() {
        guard failure != nil else { return }
        failure = nil
        recorder.note("")
    }

    /// Throws what `fail` remembered.
    @inlinable
    @inline(__always)
    func checkFailure() throws { if let failure { throw failure } }

    /// Calls the body with each line of the task's split, and throws what it left in `failure`.
    @usableFromInline
    func forEachLine(_ body: (_ line: UnsafeRawBufferPointer) throws -> Void) throws {
        try forEachPiece { piece in
            if piece.isPartOfGzip {
                try read(try open { try MemberLineReader(piece) }, of: piece, body)
            } else {
                try read(try open { try LineReader(piece) }, of: piece, body)
            }
        }
    }

    /// Opens an input file, and reads what it takes to begin.
    func open<Result>(_ body: () throws -> Result) rethrows -> Result {
        try owner.engine { try clock.measure(.read, body) }
    }

    /// Calls the body with each piece of the task's split, in order.
    func forEachPiece(_ body: (_ piece: FilePiece) throws -> Void) throws {
        guard case .split(let split) = spec.input else {
            throw EngineError(.badInput, "\(spec.attempt) reads files, and was given pairs")
        }
        for piece in split.pieces {
            currentPiece = piece
            currentPath = piece.path
            currentPathHash = Array(piece.path.utf8).withUnsafeBytes { KeyHash.hash($0) }
            recorder.begin(path: piece.path, offset: piece.offset)
            try body(piece)
            counters.add(piece.byteCount, to: BuiltInCounter.bytesRead)
        }
        counters.add(recordNumber, to: BuiltInCounter.recordsRead)
        leaveRecords()
    }

    /// Calls the body with each record of a piece that is not to be passed over, and throws what it
    /// left in `failure`.
    func read<Reader: RecordReader>(
        _ reader: Reader,
        of piece: FilePiece,
        _ body: (_ record: UnsafeRawBufferPointer) throws -> Void
    ) throws {
        // Records come in the order of their offsets.
        var badRecords = spec.badRecords.filter { $0.file == piece.path }
            .sorted { $0.offset > $1.offset }
        let sampler = clock.sampler(.read)
        while let record = try next(of: reader, sampler) {
            recordNumber &+= 1
            currentOffset = reader.recordOffset
            while let bad = badRecords.last, bad.offset < currentOffset { badRecords.removeLast() }
            if let bad = badRecords.last, bad.offset == currentOffset {
                try note(bad, record)
                continue
            }
            page.storeBytes(of: recordNumber, toByteOffset: 0, as: Int.self)
            page.storeBytes(of: currentOffset, toByteOffset: 8, as: Int.self)
            if let emissions {
                try tryTwice(on: record, emissions, body)
            } else {
                try work(on: record, body)
            }
        }
    }

    @inline(__always)
    private func next<Reader: RecordReader>(
        of reader: Reader,
        _ sampler: Sampler
    ) throws -> UnsafeRawBufferPointer? {
        guard sampler.isDue else { return try reader.next() }
        let sample = sampler.begin()
        defer { sampler.end(sample) }
        return try reader.next()
    }

    /// An error about the current record.
    ///
    /// `index`: the byte of the record at which something is wrong; nil in a format without lines.
    func recordError(
        _ message: String,
        in record: UnsafeRawBufferPointer,
        at index: Int?
    ) -> RecordError {
        RecordError(
            message,
            path: currentPath,
            offset: currentOffset,
            record: record,
            at: index,
            endsAtCR: endsLinesAtCR
        )
    }

    private var endsLinesAtCR: Bool {
        guard case .files(_, let format) = stage.input else { return false }
        return format.endsLinesAtCR
    }

    /// The error with the line of its place.
    func located(_ error: RecordError) -> RecordError {
        guard error.column != nil, let currentPiece, currentPiece.path == error.path,
            let line = RecordPlace.line(
                of: error.offset,
                in: currentPiece,
                endsAtCR: endsLinesAtCR
            )
        else { return error }
        var error = error
        error.line = line + error.linesInRecord
        return error
    }

    // MARK: Keys

    /// Where pairs are counted that are read, for those who watch.
    var pairCounter: UnsafeMutablePointer<Int> { recorder.pairCount }

    func begin(path: String) { recorder.begin(path: path, offset: 0) }

    func beginKey(_ key: UnsafeRawBufferPointer) {
        recordNumber &+= 1
        currentKey = key
        recorder.record(number: recordNumber, key: key)
    }

    /// The number of the current record or key of the task, from 1.
    var currentRecordNumber: Int { recordNumber }
    /// Tells each call of the closures with a record or key from the one before.
    var currentCall: Int { recordNumber &+ (emissions?.repeatCount ?? 0) }

    /// What tells the current record of the job from all others, whatever task works on it: its
    /// place in a file, or its key.
    func currentRecordHash(seed: UInt64, ordinal: UInt64) -> UInt64 {
        let record =
            currentPath.isEmpty
            ? KeyHash.hash(currentKey)
            : currentPathHash ^ KeyHash.mix(0, UInt64(truncatingIfNeeded: currentOffset), 0)
        return KeyHash.mix(record, seed, ordinal)
    }

    /// Notes at which record a step failed, which is lent only until the next one.
    func fail(at record: UnsafeRawBufferPointer) { failedRecord = RecordQuote.text(of: record) }

    /// Notes at which key one failed.
    func fail(atKey key: UnsafeRawBufferPointer) { failedKey = text(ofCalled: key) }

    /// The key that the closure was called for, as its type writes it.
    var currentKeyText: String { text(ofCalled: currentKey) }

    private func text(ofCalled key: UnsafeRawBufferPointer) -> String {
        keys?.called.text(of: key) ?? RecordQuote.text(of: key)
    }

    func noteReceived(_ pairs: PairChecksum, heaviest: HeavyKey?) {
        received = pairs
        heaviestKey = heaviest
    }

    /// Notes that what fails from now on is no record's fault.
    func leaveRecords() {
        recordNumber = 0
        page.storeBytes(of: 0, toByteOffset: 0, as: Int.self)
    }

    /// Adds to a counter of the user's, unless its name is too long or there are too many.
    @usableFromInline
    func count(_ name: String, by amount: Int) {
        if let emissions, emissions.hold(name, amount) { return }
        do {
            try userCounters.add(amount, toNew: name)
        } catch {
            fail(EngineError(.badInput, error.description))
        }
    }

    /// Counts the current record under a reason, and as rejected, once however often it is.
    func reject(_ reason: String) {
        count(reason, by: 1)
        guard recordNumber > lastRejected else { return }
        lastRejected = recordNumber
        count(Self.rejections, by: 1)
    }

    /// The place of the current record, for a failure's report; nil before the first.
    var location: RecordLocation? {
        guard recordNumber > 0, !currentPath.isEmpty else { return nil }
        return RecordLocation(
            path: currentPath,
            offset: currentOffset,
            recordNumber: recordNumber
        )
    }
}
