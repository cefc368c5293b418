import Foundation
import GRDB
import MapReduceControl
import MapReduceModel
import TestSupport
import Testing

@testable import MapReduceCoordinator
@testable import MapReduceHTTP

/// Whatever happens to one file of a data directory, a coordinator is refused, or starts with
/// exactly what was written.
///
/// The journal is small, in pages of 512 bytes, so that every bit of it can be flipped and every
/// length tried: `EVERY=1` does that, in ten minutes of a debug build. By default the tests take
/// every 31st bit and every 31st length, each run from another one on.
/// One journal was closed, and of the other one the process was killed, with what was written last
/// in the WAL.
@Suite struct JournalDamageTests {
    /// Files and what they hold.
    typealias Files = [String: [UInt8]]

    private static let names = ["journal.sqlite", "journal.sqlite-wal"] + JournalHead.names

    enum Ending: CaseIterable {
        case closed
        case killed
    }

    // MARK: All damages of a kind

    @Test(arguments: Ending.allCases)
    func noFlippedBitStartsWithSomethingElse(_ ending: Ending) async throws {
        let whole = try await journal(ending)
        let all = whole.sorted { $0.key < $1.key }.flatMap { name, bytes in
            (0..<(8 * bytes.count)).map { (name, $0) }
        }
        let bits = Self.sample(all, "\(ending), bits")
        let refused = try await judge(bits, of: whole) { files, damage in
            files[damage.0]?[damage.1 / 8] ^= 1 << UInt8(damage.1 % 8)
        }
        print("\(ending): of \(bits.count) flipped bits \(refused) are refused")
        #expect(refused > 0 && refused < bits.count)
    }

    @Test(arguments: Ending.allCases)
    func noCutStartsWithSomethingElse(_ ending: Ending) async throws {
        let whole = try await journal(ending)
        let cuts = Self.sample(
            whole.sorted { $0.key < $1.key }.flatMap { name, bytes in
                bytes.indices.map { (name, $0) }
            },
            "\(ending), cuts"
        )
        let refused = try await judge(cuts, of: whole) { files, cut in
            files[cut.0]?.removeSubrange(cut.1...)
        }
        print("\(ending): of \(cuts.count) cuts \(refused) are refused")
        #expect(refused > 0)
    }

    @Test(arguments: Ending.allCases)
    func noFileThatIsGoneGoesUnnoticed(_ ending: Ending) async throws {
        let whole = try await journal(ending)
        let refused = try await judge(whole.keys.sorted(), of: whole) { files, name in
            files[name] = nil
        }
        // Each of the two heads stands in for the other one.
        #expect(refused == whole.count - 2)
        #expect(
            try await judge([JournalHead.names], of: whole) { files, names in
                for name in names { files[name] = nil }
            } == 1
        )
    }

    /// A file of an older copy beside those of now, and one of another journal.
    @Test func filesOfOtherTimesDoNotGoTogether() async throws {
        let old = try await journal(.closed)
        let new = try await journal(.closed, jobs: 2)
        for name in old.keys.sorted() {
            var mixed = new
            mixed[name] = old[name]
            #expect(try Self.judge(mixed, content: []) == .refused, "\(name) of another journal")
        }
    }

    /// The head is written when the database is durable: a crash in between leaves it behind.
    @Test(arguments: Ending.allCases)
    func aHeadThatIsBehindIsNoDamage(_ ending: Ending) async throws {
        let whole = try await journal(ending)
        let content = try #require(try Self.content(of: whole))
        let marks = try JournalHead.names.map { name in
            (name, try #require(JournalHead.Mark(whole[name] ?? [])).write)
        }
        let newest = try #require(marks.max { $0.1 < $1.1 })
        var behind = whole
        behind[newest.0] = []
        #expect(try Self.judge(behind, content: content) == .same)
        // The file of the next mark, half written.
        behind[newest.0] = Array((whole[newest.0] ?? []).dropLast(9))
        #expect(try Self.judge(behind, content: content) == .same)
    }

    /// Every 31st of them, or what `EVERY` says, from a random one on, which is printed.
    private static func sample<Damage>(_ all: [Damage], _ kind: String) -> [Damage] {
        let step = ProcessInfo.processInfo.environment["EVERY"].flatMap { Int($0) } ?? 31
        let first = Int.random(in: 0..<step)
        print("\(kind): from \(first) on, every \(step)th of \(all.count)")
        return stride(from: first, to: all.count, by: step).map { all[$0] }
    }

    // MARK: Judging

    enum Verdict: Equatable {
        case refused
        case same
        case other
    }

    /// Damages a journal in each of many ways.
    /// - Returns: how many of them are refused.
    private func judge<Damage: Sendable>(
        _ damages: [Damage],
        of whole: Files,
        _ damage: @escaping @Sendable (inout Files, Damage) -> Void
    ) async throws -> Int {
        let content = try #require(try Self.content(of: whole))
        let count = max(ProcessInfo.processInfo.activeProcessorCount, 1)
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for first in 0..<count {
                group.addTask {
                    let directory = try TemporaryDirectory(inMemory: true)
                    var refused = 0
                    for index in stride(from: first, to: damages.count, by: count) {
                        var files = whole
                        damage(&files, damages[index])
                        switch try Self.judge(files, content: content, in: directory) {
                        case .refused: refused += 1
                        case .same: break
                        case .other: Issue.record("\(damages[index]) starts with something else")
                        }
                    }
                    return refused
                }
            }
            return try await group.reduce(0, +)
        }
    }

    private static func judge(
        _ files: Files,
        content: [String],
        in directory: TemporaryDirectory? = nil
    ) throws -> Verdict {
        let directory = try directory ?? TemporaryDirectory(inMemory: true)
        for name in names + ["journal.sqlite-shm"] {
            if let bytes = files[name] {
                try directory.write(name, bytes)
            } else if access(directory(name), F_OK) == 0 {
                unlink(directory(name))
            }
        }
        do {
            let found = try CoordinatorStore.open(directory.path)
            guard found.state != nil else { return .other }
            return try dump(found.database) == content ? .same : .other
        } catch let error as ConfigurationError {
            let text = error.description
            #expect(text.contains(directory.path) && text.contains("--data"), "\(text)")
            return .refused
        }
    }

    private static func content(of files: Files) throws -> [String]? {
        let directory = try TemporaryDirectory(inMemory: true)
        for (name, bytes) in files { try directory.write(name, bytes) }
        return try dump(try CoordinatorStore.open(directory.path).database)
    }

    /// All rows, also in the order in which they are looked for.
    private static func dump(_ database: DatabaseQueue) throws -> [String] {
        try database.read { db in
            let tables = JournalTable.allCases.map { "SELECT * FROM \($0.rawValue)" }
            let searches = [
                "SELECT * FROM entries WHERE job = 1 AND number > 0 ORDER BY number",
                "SELECT number FROM entries WHERE job = 1 AND number > 0 AND notable = 1",
                "SELECT * FROM jobs WHERE id = 1", "SELECT id FROM workers WHERE incarnation = 'i'",
                "SELECT * FROM logs WHERE job = 1", "SELECT * FROM entries WHERE number = 2",
            ]
            return try (tables + searches).flatMap { sql in
                try Row.fetchAll(db, sql: sql).map(\.description)
            }
        }
    }

    // MARK: The journal

    /// What is on the disk after some writes.
    private func journal(_ ending: Ending, jobs: Int = 1) async throws -> Files {
        let directory = try TemporaryDirectory(inMemory: true)
        // The size of pages is that of a database that is there.
        try await DatabaseQueue(path: directory("journal.sqlite")).vacuum(pageSize: 512)
        let store = try CoordinatorStore(directory: directory.path)
        _ = try await store.worker(incarnation: "i", url: "u", host: "h", slots: 1)
        for number in 1...jobs { try await write(number, to: store) }
        if ending == .killed { return try files(in: directory) }
        try store.database.close()
        return try files(in: directory)
    }

    private func write(_ number: Int, to store: CoordinatorStore) async throws {
        let id = JobID(number)
        let attempt = AttemptID(task: TaskID(job: id, stage: 0, index: 0), number: 0)
        let stage = StagePlan(
            id: 0,
            input: .files(name: "", format: .lines),
            steps: [],
            outputs: [.files]
        )
        let plan = Plan(name: "", stages: [stage])
        try await store.write(
            CoordinatorStore.Batch(
                entries: [
                    .jobSubmitted(
                        JobSubmission(id: id, plan: plan, splits: [[Split(pieces: [])]]),
                        at: .zero
                    ),
                    .attemptStarted(attempt, worker: WorkerID(1), at: .zero),
                    .attemptFailed(attempt, Failure(kind: .threw, message: "no"), at: .zero),
                ],
                jobs: [
                    CoordinatorStore.Job(
                        id: id,
                        launch: JobLaunch(
                            uuid: "u",
                            plan: plan,
                            program: JobProgramFile(
                                sha256: "a",
                                arguments: [],
                                directory: "/",
                                slotCount: 1
                            ),
                            outputDirectory: "/o"
                        ),
                        output: "/o",
                        submittedAt: 1
                    )
                ],
                logs: [AttemptLog(attempt: attempt, text: "said")]
            )
        )
    }

    private func files(in directory: TemporaryDirectory) throws -> Files {
        try directory.names().reduce(into: [:]) { files, name in
            if Self.names.contains(name) { files[name] = try readFile(directory(name)) }
        }
    }
}

extension DatabaseQueue {
    fileprivate func vacuum(pageSize: Int) async throws {
        try await writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA page_size = \(pageSize); VACUUM")
        }
        try close()
    }
}
