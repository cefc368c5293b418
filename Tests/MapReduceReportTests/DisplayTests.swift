import MapReduceModel
import MapReduceReport
import Testing

@Suite struct FormatTests {
    @Test func counts() {
        #expect(Format.count(0) == "0")
        #expect(Format.count(999) == "999")
        #expect(Format.count(1_000) == "1,000")
        #expect(Format.count(-12_345_678) == "-12,345,678")
        #expect(Format.count(1, "record") == "1 record")
        #expect(Format.count(1_000, "record") == "1,000 records")
    }

    @Test func byteCounts() {
        #expect(Format.bytes(0) == "0 bytes")
        #expect(Format.bytes(999) == "999 bytes")
        #expect(Format.bytes(1_000) == "1.00 kB")
        #expect(Format.bytes(999_499) == "999 kB")
        #expect(Format.bytes(999_999) == "1.00 MB")
        #expect(Format.bytes(1_073_741_824) == "1.07 GB")
    }

    @Test func durations() {
        #expect(Format.duration(.milliseconds(28)) == "0.03 s")
        #expect(Format.duration(.milliseconds(12_345)) == "12.3 s")
        #expect(Format.duration(.seconds(125)) == "2 min 5 s")
        #expect(Format.duration(.seconds(7_320)) == "2 h 2 min")
    }

    @Test func durationsThatAnAnswerClaims() {
        #expect(Format.duration(seconds: 0.028) == "0.03 s")
        #expect(Format.duration(seconds: 125) == "2 min 5 s")
        #expect(Format.duration(seconds: 1e300) == Format.duration(seconds: .infinity))
        #expect(Format.duration(seconds: .nan) == "0.00 s")
        #expect(Format.duration(seconds: -1e300) == "0.00 s")
    }
}

@Suite struct PlaceTests {
    @Test func aPlaceInASplitIsAShareOfIt() {
        let signature = FileSignature(byteCount: 100, modificationTime: 0)
        func piece(_ path: String, _ offset: Int) -> FilePiece {
            FilePiece(
                path: path,
                offset: offset,
                byteCount: 50,
                compression: .none,
                signature: signature
            )
        }
        let split = Split(pieces: [piece("a", 50), piece("b", 0)])
        #expect(split.byteCount(before: 60, in: "a") == 10)
        #expect(split.byteCount(before: 10, in: "b") == 60)
        #expect(split.byteCount(before: 999, in: "b") == 100)
        #expect(split.byteCount(before: 1, in: "elsewhere") == 0)
    }
}

@Suite struct PartitionLineTests {
    private func summary(
        _ stages: [[(pairCount: Int, heaviestKey: HeavyKey?)]?],
        couldCombine: Bool = true
    ) -> String {
        let job = JobStatus(
            id: JobID(1),
            name: "job",
            phase: .succeeded,
            output: "out",
            weight: 1,
            stages: stages.map { sizes in
                var stage = JobStatus.Stage(
                    label: "reduce at A.swift:3",
                    taskCount: 1,
                    doneCount: 1,
                    runningCount: 0,
                    failureCount: 0,
                    backupCount: 0,
                    seconds: nil
                )
                stage.partitions = sizes.flatMap { PartitionSizes($0) }
                stage.partitions?.couldCombine = couldCombine
                return stage
            },
            counters: Counters(),
            inputByteCount: 0
        )
        return JobSummary.text(of: job, output: "out", elapsed: .seconds(1))
            .split(separator: "\n").dropFirst(2).joined(separator: "\n")
    }

    private func key(_ name: String, _ count: Int) -> HeavyKey {
        HeavyKey(key: "\"\(name)\"", pairCount: count)
    }

    @Test func theSizesOfThePartitionsAreShown() {
        #expect(
            summary([nil, [(131_223, nil), (120_034, nil), (125_000, nil)]])
                == "  partitions: 3, 120,034 to 131,223 pairs, median 125,000, the most in part 0"
        )
        #expect(summary([nil, [(7, nil), (7, nil)]]) == "  partitions: 2, 7 pairs each")
        #expect(summary([nil, [(1, nil)]]) == "  partitions: 1, 1 pair")
        #expect(
            summary([nil, [(1, nil)], [(0, nil), (2, nil)]])
                == "  partitions of stage 1: 1, 1 pair\n"
                + "  partitions of stage 2: 2, 0 to 2 pairs, median 0, the most in part 1"
        )
        #expect(summary([nil]) == "")
    }

    @Test func aKeyThatHasTooManyPairsIsNamed() {
        let sizes = (0..<8).map { $0 == 3 ? (380, key("x", 310)) : (90, key("y\($0)", 9)) }
        let partitions = "  partitions: 8, 90 to 380 pairs, median 90, the most in part 3\n"
        let all = sizes.map { (pairCount: $0.0, heaviestKey: HeavyKey?.some($0.1)) }
        #expect(
            summary([nil, all]) == partitions
                + "  skew: key \"x\" has 30% of the pairs that stage 1 read, in part 3; "
                + "combine(_:) would merge them before the shuffle"
        )
        #expect(
            summary([nil, all], couldCombine: false) == partitions
                + "  skew: key \"x\" has 30% of the pairs that stage 1 read, in part 3"
        )
    }

    @Test func stagesOfTheSameSizesShareALine() {
        let same: [(pairCount: Int, heaviestKey: HeavyKey?)] = [(7, nil), (7, nil)]
        #expect(
            summary([nil, same, same])
                == "  partitions of stages 1 and 2: 2, 7 pairs each"
        )
        let rounds = [nil] + Array(repeating: same, count: 40) + [[(9, nil)]]
        #expect(
            summary(rounds)
                == "  partitions of 40 stages from 1 to 40: 2, 7 pairs each\n"
                + "  partitions of stage 41: 1, 9 pairs"
        )
        let skewed = [(380, key("x", 310)), (90, key("y", 9))]
            .map { (pairCount: $0.0, heaviestKey: HeavyKey?.some($0.1)) }
        #expect(
            summary([skewed, skewed], couldCombine: false).split(separator: "\n").last
                == "  skew: key \"x\" has 65% of the pairs that stages 0 and 1 read, in part 0"
        )
    }

    @Test func ofManyStagesTheLargestPartitionsAreShown() {
        let rounds = (1...30).map { [(pairCount: $0, heaviestKey: HeavyKey?.none)] }
        #expect(
            summary(rounds)
                == (27...30).map { "  partitions of stage \($0 - 1): 1, \($0) pairs\n" }.joined()
                + "  and 26 more stages with smaller ones"
        )
    }

    @Test func aVerdictEndsTheSummary() {
        var job = JobStatus(
            id: JobID(1),
            name: "job",
            phase: .succeeded,
            output: "out",
            weight: 1,
            stages: [],
            counters: Counters(),
            inputByteCount: 0
        )
        let short = JobSummary.text(of: job, output: "out", elapsed: .seconds(1))
        job.verdict = Verdict(bound: .sort, share: 1, text: "bound by sort", advice: nil, parts: [])
        #expect(
            JobSummary.text(of: job, output: "out", elapsed: .seconds(1))
                == short + "  bound by sort\n"
        )
        job.verdict?.advice = Verdict.Advice(option: nil, text: "more would help", saving: 1)
        #expect(
            JobSummary.text(of: job, output: "out", elapsed: .seconds(1))
                == short + "  bound by sort\n  more would help\n"
        )
    }

    @Test func aKeyThatHasItsShareIsNot() {
        // A tenth of the pairs is more than the fair share of one of 16 parts, and not of one of 8.
        func lines(_ count: Int, _ pairCount: Int) -> Int {
            let sizes = (0..<count).map { index in
                (pairCount: 1000 / count, heaviestKey: index == 0 ? key("x", pairCount) : nil)
            }
            return summary([nil, sizes]).split(separator: "\n").count
        }
        #expect(lines(20, 100) == 2)
        #expect(lines(20, 99) == 1)
        #expect(lines(8, 100) == 1)
        #expect(lines(8, 126) == 2)
        #expect(lines(1, 1000) == 1)
        #expect(lines(4, .max) == 1, "which cannot be")
    }
}
