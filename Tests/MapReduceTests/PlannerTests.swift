import MapReduceModel
import Testing

@testable import MapReduce

/// What the planner makes of pipelines: stages, what they share, and what is read whole.
@Suite struct PlannerTests {
    /// What a pipeline is compiled to, with two reducers.
    private func compile(_ pipeline: (Input) throws -> any Dataset) throws -> CompiledJob {
        let planner = Planner(reducerCount: 2, outputStyle: OutputStyle())
        let dataset = try pipeline(Input(files: SideFiles([:])))
        try dataset.plan(into: OutputPlanner(planner: planner, name: ""))
        return try planner.finish(name: "planned")
    }

    private func verbs(_ stage: StagePlan) -> [String] { stage.steps.map(\.verb) }

    private func wordPairs(_ input: Input) -> Pairs<String, Int> {
        input.lines.map { line, emit in line.forEachWord { word in emit(word, 1) } }
    }

    private func source(_ stage: Int, _ output: Int = 0) -> ShuffleSource {
        ShuffleSource(stage: stage, output: output)
    }

    // MARK: Stages

    @Test func neighboringStepsRunInOneStage() throws {
        let plan = try compile { input in
            let lengths: Pairs<Int, Int> = wordPairs(Input(files: input.files)).filter { _, _ in
                true
            }
            .map { word, one, emit in emit(word.count, one) }
            return lengths.combine(+).filter { _, count in count > 1 }
        }.plan
        #expect(plan.stages.map(verbs) == [["map", "filter", "map"], ["combine", "filter"]])
        #expect(plan.stages[0].input == .files(name: "", format: .lines))
        #expect(plan.stages[0].outputs == [.combinedShuffle(partitionCount: 2)])
        #expect(plan.stages[1].input == .shuffles([[source(0)]]))
        #expect(plan.stages[1].outputs == [.files(name: "")])
        #expect(plan.iterations == nil)
    }

    @Test func aDatasetThatIsUsedTwiceIsMadeOnce() throws {
        let plan = try compile { input in
            let words = wordPairs(input)
            let all: Pairs<String, Int> = words.reduce { word, counts, emit in
                emit(word, counts.sum())
            }
            return ["some": words.combine(+), "all": all] as Outputs
        }.plan
        #expect(plan.stages.map(verbs) == [["map"], ["combine"], ["reduce"]])
        #expect(
            plan.stages[0].outputs
                == [.combinedShuffle(partitionCount: 2), .shuffle(partitionCount: 2)]
        )
        #expect(plan.stages[1].input == .shuffles([[source(0, 0)]]))
        #expect(plan.stages[2].input == .shuffles([[source(0, 1)]]))
    }

    @Test func joinsOfADatasetShareItsShuffle() throws {
        let plan = try compile { input in
            let (left, right) = (wordPairs(input["left"]), wordPairs(input["right"]))
            let inner: Pairs<String, Int> = left.join(right) { key, a, b, emit in emit(key, a + b) }
            let outer: Pairs<String, Int> = left.leftJoin(right) { key, a, b, emit in
                emit(key, a + (b ?? 0))
            }
            return ["inner": inner, "outer": outer] as Outputs
        }.plan
        #expect(plan.stages.map(verbs) == [["map"], ["map"], ["join"], ["leftJoin"]])
        #expect(plan.stages.map(\.outputs.count) == [1, 1, 1, 1])
        #expect(plan.stages[2].input == .shuffles([[source(0)], [source(1)]]))
        #expect(plan.stages[3].input == plan.stages[2].input)
    }

    @Test func aCogroupReadsASideForEachDataset() throws {
        let plan = try compile { input in
            let datasets = ["a", "b", "c", "d"].map { wordPairs(input[$0]) }
            let grouped: Pairs<String, Int> = datasets[0]
                .cogroup(datasets[1], datasets[2], datasets[3]) { key, a, b, c, d, emit in
                    emit(key, a.count() + b.count() + c.count() + d.count())
                }
            return grouped
        }.plan
        #expect(
            plan.stages[4].input
                == .shuffles([[source(0)], [source(1)], [source(2)], [source(3)]])
        )
        #expect(verbs(plan.stages[4]) == ["cogroup"])
    }

    @Test func recordsAreReadOnceForAllThatIsMadeOfThem() throws {
        let plan = try compile { input in
            let records = input.records(.csv).filter { _ in true }
            let ids: Pairs<Int, Unit> = records.map { row, emit in
                emit(try row.int("id"), Unit())
            }
            let names: Pairs<String, Unit> = records.map { row, emit in
                emit(try row.string("name"), Unit())
            }
            let others: Pairs<Int, Unit> = input.records(.csv).map { row, emit in
                emit(try row.int("id"), Unit())
            }
            return ["ids": ids, "names": names, "others": others] as Outputs
        }.plan
        // Once with the filter, and once without.
        #expect(plan.stages.map(verbs) == [["filter", "map", "map"], ["map"]])
        #expect(
            plan.stages.map(\.outputs)
                == [[.files(name: "ids"), .files(name: "names")], [.files(name: "others")]]
        )
    }

    // MARK: Unions and outputs

    @Test func aUnionIsWrittenByTheStagesOfBothDatasets() throws {
        let plan = try compile { input in
            let left = wordPairs(input["left"])
            let both = left.union(wordPairs(input["right"])).combine(+)
            return ["left": left, "both": both] as Outputs
        }.plan
        #expect(
            plan.stages.map(\.outputs) == [
                [.files(name: "left"), .combinedShuffle(partitionCount: 2)],
                [.combinedShuffle(partitionCount: 2)],
                [.files(name: "both")],
            ]
        )
        // It is another output of the one than of the other.
        #expect(plan.stages[2].input == .shuffles([[source(0, 1), source(1, 0)]]))
    }

    @Test func outputsHaveTheirTypes() throws {
        let job = try compile { input in
            let words = wordPairs(input)
            return ["words": words, "lengths": words.count()] as Outputs
        }
        #expect(job.outputTypes.keys.sorted() == ["lengths", "words"])
        let (words, lengths) = (job.outputTypes["words"], job.outputTypes["lengths"])
        #expect(words?.key == String.self && words?.value == Int.self)
        #expect(lengths?.key == Unit.self && lengths?.value == Int.self)
    }

    @Test func stagesKnowTheirKeysAndWhetherLinesBecomeStrings() throws {
        let stages = try compile { input in
            let lines: Pairs<Int, Int> = input.strings.map { line, emit in emit(line.count, 1) }
            return lines.combine(+)
        }.stages
        #expect(stages.indices == 0..<2)
        #expect(stages[0].readsStrings && stages[0].keys == nil)
        let key = Encoding(7).bytes
        #expect(!stages[1].readsStrings)
        #expect(key.withUnsafeBytes { stages[1].keys?.read.text(of: $0) } == "7")
    }

    // MARK: Broadcasts

    @Test func aBroadcastIsReadWholeByTheStageThatUsesIt() throws {
        let plan = try compile { input in
            let sums: Pairs<String, Int> = wordPairs(input["large"])
                .broadcastJoin(wordPairs(input["small"])) { key, a, b, emit in emit(key, a + b) }
            return sums
        }.plan
        #expect(plan.stages.map(verbs) == [["map"], ["map", "broadcastJoin"]])
        #expect(plan.stages[0].outputs == [.shuffle(partitionCount: 1)])
        #expect(plan.stages[1].broadcasts == [source(0)])
        #expect(plan.stages[1].input == .files(name: "large", format: .lines))
    }

    @Test func aDatasetThatWaitsForItselfIsMadeTwice() throws {
        let plan = try compile { input in
            let words = wordPairs(input)
            let shares: Pairs<String, Int> = words.map(with: words.count()) { key, _, all, emit in
                emit(key, all[Unit()] ?? 0)
            }
            return shares
        }.plan
        let readers = plan.stages.filter { $0.input == .files(name: "", format: .lines) }
        #expect(readers.map(verbs) == [["map", "count"], ["map", "map"]])
        #expect(plan.stages.last?.broadcasts == [source(plan.stages.count - 2)])
        // What was planned for nothing is not in the plan.
        #expect(plan.stages.allSatisfy { !$0.outputs.isEmpty })
    }

    // MARK: Iterations

    @Test func roundsAreStagesAndWhatTheyShareIsShuffledOnce() throws {
        let line = #line + 3
        let plan = try compile { input in
            let links = wordPairs(input["links"])
            return wordPairs(input).iterate(times: 3) { ranks in
                links.join(ranks) { key, a, b, emit in emit(key, a + b) }
            }
        }.plan
        #expect(plan.stages.filter { verbs($0) == ["join"] }.count == 3)
        #expect(plan.stages.filter { $0.input == .files(name: "links", format: .lines) }.count == 1)
        let step = Step(verb: "iterate", file: "PlannerTests.swift", line: line)
        #expect(plan.iterations == [IterationPlan(step: step, maxRoundCount: 3)])
        #expect(plan.stages.allSatisfy { $0.round == nil })
    }

    @Test func aRoundThatMayBeTheLastNamesTheOneBefore() throws {
        let plan = try compile { input in
            wordPairs(input).iterate(atMost: 3, until: "changes") { words in
                let next: Pairs<String, Int> = words.reduce { word, counts, emit in
                    emit.count("changes")
                    emit(word, counts.sum())
                }
                return next
            }
        }.plan
        let rounds = plan.stages.compactMap { stage in
            stage.round.map { (stage: stage.id, round: $0) }
        }
        #expect(rounds.map(\.round.number) == [0, 1, 2])
        #expect(rounds.map(\.round.until) == ["changes", "changes", "changes"])
        #expect(rounds.map(\.round.previous) == [nil, rounds[0].stage, rounds[1].stage])
        #expect(plan.iterations?.map(\.until) == ["changes"])
    }

    // MARK: Memory

    private final class Token: Sendable {}

    /// A compiled job keeps what its closures keep, and goes with them: nothing in it is a cycle.
    @Test func aCompiledJobReleasesItsClosures() throws {
        weak var released: Token?
        do {
            let token = Token()
            released = token
            let job = try compile { input in
                let words = wordPairs(input).map { word, one, emit in
                    withExtendedLifetime(token) { emit(word, one) }
                }
                return words.union(words.filter { _, _ in true }).combine(+)
            }
            withExtendedLifetime(job) { #expect(job.plan.stages.count == 2) }
        }
        #expect(released == nil)
    }

    /// So does a pipeline that cannot be planned.
    @Test func aPipelineThatCannotBePlannedIsReleased() throws {
        weak var released: Token?
        do {
            let token = Token()
            released = token
            #expect(throws: JobError.self) {
                try compile { input in
                    let words = wordPairs(input).map { word, one, emit in
                        withExtendedLifetime(token) { emit(word, one) }
                    }
                    return ["words": words, "some": words.sample(2)] as Outputs
                }
            }
        }
        #expect(released == nil)
    }
}
