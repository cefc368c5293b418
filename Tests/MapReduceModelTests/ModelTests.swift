import Foundation
import MapReduceModel
import TestSupport
import Testing

@Suite struct CountersTests {
    @Test func sumAsADictionaryDoes() {
        forEachSeed(20) { random in
            var counters = Counters()
            var expected: [String: Int] = [:]
            for _ in 0..<200 {
                let name = String(Int.random(in: 0...20, using: &random))
                let amount = Int.random(in: -5...5, using: &random)
                counters.add(amount, to: name)
                expected[name, default: 0] += amount
            }
            #expect(counters.entries.map(\.name) == expected.keys.sorted())
            for (name, value) in expected { #expect(counters[name] == value) }
            #expect(counters["missing"] == 0)
            var twice = counters
            twice.add(counters)
            #expect(twice.entries.map(\.value) == counters.entries.map { $0.value * 2 })
        }
    }

    @Test func overflowWraps() {
        var counters = Counters()
        counters.add(.max, to: "a")
        counters.add(1, to: "a")
        #expect(counters["a"] == .min)
    }
}

extension CountersTests {
    /// Whoever sends them may have sorted them otherwise, or not at all.
    @Test func areSortedWhenTheyAreDecoded() throws {
        let names = (0..<9).map { "\($0 * 7 % 9)" } + ["3"]
        let entries = names.map { "{\"name\":\"\($0)\",\"value\":1}" }
        let json = Data("{\"entries\":[\(entries.joined(separator: ","))]}".utf8)
        var counters = try JSONDecoder().decode(Counters.self, from: json)
        #expect(counters.entries.map(\.name) == (0..<9).map { "\($0)" })
        for number in 0..<9 { #expect(counters["\(number)"] == (number == 3 ? 2 : 1)) }
        counters.subtract(counters)
        #expect(counters.entries.isEmpty)
    }
}

@Suite struct SplitTests {
    /// What a coordinator sends may be anything.
    @Test func sizesThatCannotBeAreNoTraps() {
        let values = [Int.min, -1, 0, 1, .max]
        for offset in values {
            for byteCount in values {
                let piece = FilePiece(
                    path: "a",
                    offset: offset,
                    byteCount: byteCount,
                    compression: .none,
                    signature: FileSignature(byteCount: byteCount, modificationTime: 0)
                )
                var other = piece
                other.path = "b"
                let split = Split(pieces: [piece, piece, other])
                _ = split.byteCount
                for place in values { _ = split.byteCount(before: place, in: "b") }
            }
        }
    }
}

@Suite struct InstantTests {
    @Test func momentsThatAreTooFarAwaySaturate() {
        let first = Instant(nanoseconds: .min)
        let last = Instant(nanoseconds: .max)
        #expect(last - first == .nanoseconds(Int64.max))
        #expect(first - last == .nanoseconds(Int64.min))
        #expect(last + .seconds(1) == last)
        #expect(first + .seconds(-1) == first)
    }

    @Test func arithmetic() {
        let start = Instant(nanoseconds: 5)
        #expect(start + .seconds(2) == Instant(nanoseconds: 2_000_000_005))
        #expect((start + .milliseconds(3)) - start == .milliseconds(3))
        #expect(Duration.seconds(Int64.max).nanoseconds == .max)
        #expect(Duration.milliseconds(-1).nanoseconds == -1_000_000)
    }
}

@Suite struct PlanTests {
    private var plan: Plan {
        Plan(
            name: "job",
            stages: [
                StagePlan(
                    id: 0,
                    input: .files(name: "", format: .lines),
                    steps: [Step(verb: "map", file: "A.swift", line: 3)],
                    outputs: [.combinedShuffle(partitionCount: 2)]
                ),
                StagePlan(
                    id: 1,
                    input: .shuffle(stage: 0),
                    steps: [],
                    outputs: [.files]
                ),
            ]
        )
    }

    /// Pins the fingerprint: processes of two builds of one release must agree.
    @Test func fingerprintIsPinned() { #expect(plan.fingerprint == "9e09074734924333") }

    @Test func everyPartCounts() {
        var others = Array(repeating: plan, count: 7)
        others[0].name = "other"
        others[1].stages[0].outputs = [.combinedShuffle(partitionCount: 3)]
        others[2].stages[0].steps[0].line = 4
        others[3].stages[0].outputs = [.shuffle(partitionCount: 2)]
        others[4].stages.removeLast()
        others[5].stages[1].broadcasts = [ShuffleSource(stage: 0, output: 0)]
        others[6].stages[1].round = Round(iteration: 0, number: 0)
        #expect(Set((others + [plan]).map(\.fingerprint)).count == 8)
    }
}

/// What processes send each other, pinned byte by byte.
@Suite struct WireTests {
    private func check<Value: Codable & Equatable>(_ value: Value, _ name: String) throws {
        try checkGolden(value, "Tests/MapReduceModelTests/Golden/\(name).json")
    }

    private let attempt = AttemptID(
        task: TaskID(job: JobID(1), stage: 0, index: 7),
        number: 2
    )

    @Test func commands() throws {
        let split = Split(pieces: [
            FilePiece(
                path: "/in/a.txt",
                offset: 64,
                byteCount: 128,
                compression: .none,
                signature: FileSignature(byteCount: 192, modificationTime: 1_700_000_000)
            )
        ])
        try check(
            [
                TaskCommand.open(recorderPath: "/scratch/slot0.recorder"),
                .run(
                    TaskSpec(
                        attempt: attempt,
                        input: .split(split),
                        directory: "/scratch/a",
                        logPath: "/scratch/a.log"
                    )
                ),
                .run(
                    TaskSpec(
                        attempt: attempt,
                        input: .partition(1),
                        segments: [[Segment(run: "/x.run", partition: 1)], []],
                        directory: "/scratch/b",
                        partDirectory: "/out/b"
                    )
                ),
                .showKey(stage: 1, key: [0x80, 7]),
            ],
            "task-commands"
        )
    }

    @Test func notices() throws {
        var counters = Counters()
        counters.add(3, to: BuiltInCounter.recordsRead)
        try check(
            [
                TaskNotice.ready(fingerprint: "abc"),
                .key("7, 5"),
                .ended(
                    TaskReport(
                        attempt: attempt,
                        outcome: .succeeded(
                            TaskOutput(
                                run: OutputFile(
                                    path: "/scratch/a/0.run",
                                    byteCount: 10,
                                    recordCount: 3,
                                    checksum: 42
                                ),
                                counters: counters,
                                written: [PairChecksum(count: 3, hashSum: .max)]
                            )
                        )
                    )
                ),
                .ended(
                    TaskReport(
                        attempt: attempt,
                        outcome: .failed(
                            Failure(
                                kind: .threw,
                                message: "no",
                                location: RecordLocation(
                                    path: "/in/a.txt",
                                    offset: 99,
                                    recordNumber: 4
                                ),
                                record: "\"x\"",
                                steps: "map at A.swift:3"
                            )
                        )
                    )
                ),
            ],
            "task-notices"
        )
    }

    @Test func manifest() throws {
        var counters = Counters()
        counters.add(3, to: BuiltInCounter.recordsWritten)
        try check(
            Manifest(
                job: "wordcount",
                files: [
                    Manifest.File(
                        name: "part-00000.tsv",
                        bytes: 10,
                        records: 3,
                        crc32: "0000002a"
                    )
                ],
                counters: counters
            ),
            "manifest"
        )
    }

    /// A kind's name is on the wire, and in journals.
    @Test func failureKinds() {
        #expect(
            FailureKind.allCases.map(\.rawValue) == [
                "threw", "crashed", "timedOut", "badInput", "outOfResources", "diskFull",
                "workerLost", "fetchFailed", "notConserved",
            ]
        )
        let ofUser: [FailureKind] = [.threw, .crashed, .timedOut]
        #expect(FailureKind.allCases.filter(\.blamesRecord) == ofUser)
    }
}
