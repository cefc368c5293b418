public import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess

/// The state of a running task: where its records come from, where it writes, and what it has
/// counted.
///
/// Only the thread that runs the task uses it.
@usableFromInline
final class TaskContext {
    let spec: TaskSpec
    let job: CompiledJob
    let limits: EngineLimits
    /// The conditions of a test; nil in every other run.
    let testConditions: TestConditions?
    let memory: TaskMemory
    let recorder: FlightRecorder
    /// The page of the flight recorder: two stores per record go there directly.
    private let page: UnsafeMutableRawPointer
    /// Whose code is running, the engine's or the user's.
    @usableFromInline let owner: ExecutionOwner
    /// The clock that measures where the task spends its time.
    @usableFromInline let clock: PhaseClock
    var counters = Counters()
    private var userCounters = Counters()
    /// The name under which the user's counters hold the number of rejected records.
    ///
    /// So the number is held like other counters while a record may be bad. No user counter has
    /// this name.
    static let rejections = "\u{0}rejected"
    /// The number of the last record that was rejected.
    @exclusivity(unchecked) private var lastRejected = 0

    /// The first error since the task began.
    ///
    /// Emitters cannot throw, so they leave the error here, and the loop over the records throws it
    /// after the current record.
    @exclusivity(unchecked) @usableFromInline var failure: (any Error)?

    /// The part of a file that is being read; nil in a stage that reads pairs.
    private var currentPiece: FilePiece?
    /// The path of the file that is being read; empty in a stage that reads pairs.
    @exclusivity(unchecked) @usableFromInline private(set) var currentPath = ""
    private var currentPathHash: UInt64 = 0
    /// The offset where the current record begins.
    @exclusivity(unchecked) @usableFromInline private(set) var currentOffset = 0
    @exclusivity(unchecked) private var recordNumber = 0
    /// The key that is being processed, in a stage that reads pairs.
    @exclusivity(unchecked) private var currentKey = UnsafeRawBufferPointer(start: nil, count: 0)
    /// The checksum of the pairs read from the task's partition; nil until all have been read.
    private(set) var received: PairChecksum?
    /// The key with the most pairs.
    private(set) var heaviestKey: HeavyKey?
    /// The sinks that write the stage's outputs, by the index of the output.
    var sinks: [Int: any OutputSink] = [:]
    /// The run of the attempt; nil until the first shuffle is written to it.
    var run: RunWriter?
    var written: [PairChecksum]
    var parts: [OutputFile] = []
    /// The objects that the makers of this task's sinks share.
    private var shared: [SharedSlot: AnyObject] = [:]
    /// The skipped records, and the number of bytes that they take in the report.
    var skippedRecords: [BadRecord] = []
    var skippedByteCount = 0
    /// The maximum number of skipped records that the job allows.
    let maxBadRecords: Int
    /// The emissions of the current record; nil if no record may be bad.
    @usableFromInline let emissions: RecordEmissions?
    /// The record on which a step failed, shortened and escaped.
    private(set) var failedRecord: String?
    /// The key on which a step failed, as its type writes it.
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
        // A bad key would not be a place in the input.
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

    /// Releases the sinks, and with them files and memory; the sinks refer to this context in turn.
    func end() {
        sinks = [:]
        shared = [:]
        run = nil
        emissions?.end()
    }

    /// The stage that the task belongs to.
    var stage: StagePlan { job.plan.stages[spec.attempt.task.stage] }
    /// The texts of the keys that the stage reads; nil in a stage that reads files.
    var keys: StageKeys? { job.stages[spec.attempt.task.stage].keys }

    /// Returns the task's only object in a slot, making it if it does not exist.
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

    /// Stores an error, unless there already is one.
    ///
    /// The closure runs to its end and may trap before that, so the page stores the error as well.
    @usableFromInline
    func fail(_ error: any Error) {
        guard failure == nil else { return }
        failure = error
        recorder.note("\(error)")
    }

    /// Clears the error if the record is to be retried or skipped.
    func forgetFailure() {
        guard failure != nil else { return }
        failure = nil
        recorder.note("")
    }

    /// Throws the error that `fail` stored.
    @inlinable
    @inline(__always)
    func checkFailure() throws { if let failure { throw failure } }

    /// Calls the body with each line of the task's split, and throws the error that it left in
    /// `failure`.
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

    /// Opens an input file, and reads what is needed to start.
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

    /// Calls the body with each record of a piece that is not to be skipped, and throws the error
    /// that it left in `failure`.
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

    /// Returns an error about the current record.
    ///
    /// `index`: the byte of the record where the error is; nil in a format without lines.
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

    /// Returns the error with the line of its place.
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

    /// The counter of pairs read, for displays of progress.
    var pairCounter: UnsafeMutablePointer<Int> { recorder.pairCount }

    func begin(path: String) { recorder.begin(path: path, offset: 0) }

    func beginKey(_ key: UnsafeRawBufferPointer) {
        recordNumber &+= 1
        currentKey = key
        recorder.record(number: recordNumber, key: key)
    }

    /// The number of the current record or key of the task, from 1.
    var currentRecordNumber: Int { recordNumber }
    /// A number that distinguishes each call of the closures with a record or key from the previous
    /// one.
    var currentCall: Int { recordNumber &+ (emissions?.repeatCount ?? 0) }

    /// Returns a hash that distinguishes the current record from all others of the job, whichever
    /// task processes it: from its place in a file, or its key.
    func currentRecordHash(seed: UInt64, ordinal: UInt64) -> UInt64 {
        let record =
            currentPath.isEmpty
            ? KeyHash.hash(currentKey)
            : currentPathHash ^ KeyHash.mix(0, UInt64(truncatingIfNeeded: currentOffset), 0)
        return KeyHash.mix(record, seed, ordinal)
    }

    /// Notes the record on which a step failed, which is valid only until the next one.
    func fail(at record: UnsafeRawBufferPointer) { failedRecord = RecordQuote.text(of: record) }

    /// Notes the key on which a step failed.
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

    /// Notes that no record is to blame for failures from now on.
    func leaveRecords() {
        recordNumber = 0
        page.storeBytes(of: 0, toByteOffset: 0, as: Int.self)
    }

    /// Adds to a user counter, unless its name is too long or there are too many.
    @usableFromInline
    func count(_ name: String, by amount: Int) {
        if let emissions, emissions.hold(name, amount) { return }
        do {
            try userCounters.add(amount, toNew: name)
        } catch {
            fail(EngineError(.badInput, error.description))
        }
    }

    /// Counts the current record under a reason, and once as rejected, however often it is
    /// rejected.
    func reject(_ reason: String) {
        count(reason, by: 1)
        guard recordNumber > lastRejected else { return }
        lastRejected = recordNumber
        count(Self.rejections, by: 1)
    }

    /// The place of the current record, for a failure's report; nil before the first record.
    var location: RecordLocation? {
        guard recordNumber > 0, !currentPath.isEmpty else { return nil }
        return RecordLocation(
            path: currentPath,
            offset: currentOffset,
            recordNumber: recordNumber
        )
    }
}
