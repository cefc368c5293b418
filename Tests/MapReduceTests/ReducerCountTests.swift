import MapReduceDriver
import MapReduceEngine
import Testing

@testable import MapReduce

/// A stage of two shuffles, which share a run.
private struct TwoShuffles: Job {
    func pipeline(_ input: Input) -> Outputs {
        let words: Pairs<String, Int> = input.strings.map { line, emit in emit(line, 1) }
        let sums: Pairs<String, Int> = words.reduce { word, counts, emit in
            emit(word, counts.sum())
        }
        return ["counts": words.combine(+), "sums": sums]
    }
}

private struct Words: Job {
    func pipeline(_ input: Input) -> Pairs<String, Int> {
        let words: Pairs<String, Int> = input.strings.map { line, emit in emit(line, 1) }
        return words.combine(+)
    }
}

/// Reducers of a cluster with any number of slots.
@Suite struct ReducerCountTests {
    @Test(arguments: [1, 2, 4095, 4096, 4097, 100_000, 1_000_000])
    func anyNumberOfSlotsGivesAPlan(_ slotCount: Int) throws {
        let settings = RunSettings(workerCount: slotCount)
        let most = EngineLimits.maxPartitionCount
        let one = try Words().program(name: "words", settings: settings, files: SideFiles())
        #expect(one.plan.stages.map(\.runPartitionCount).max() == min(slotCount, most))
        let two = try TwoShuffles().program(name: "two", settings: settings, files: SideFiles())
        let count = two.plan.stages.map(\.runPartitionCount).max() ?? 0
        #expect(count <= most && count >= min(2 * slotCount, most / 2))
    }
}
