import MutatedSimulation
import TestSupport
import Testing

/// The checks of the simulation can fail: each deliberate bug is found, within as many seeds as are
/// run otherwise.
@Suite struct MutationTests {
    static let seedCount: UInt64 = 2000

    /// Seeds that have found a bug: they are tried first, as looking for others takes minutes.
    ///
    /// Another simulation draws other runs; the test prints what to write here then.
    static let knownSeeds: [Mutation: UInt64] = [
        .backsUpWithoutInput: 578, .blamesFirstSourceOnly: 3, .forgetsCommits: 14,
        .forgetsStarts: 15, .keepsCommandNumbers: 3, .keepsLatePrograms: 89,
        .identifiesByNumber: 103, .keepsStaleReaders: 240, .losesUndeliveredEnds: 126,
        .obeysTwice: 1921,
        .readsBroadcastsEarly: 6, .readsEarlierRounds: 5, .renewsNextStagesOnly: 402,
        .retriesForever: 65,
        .waitsForDeadWorkers: 34,
    ]

    /// Thousands of runs of code that has no threads and no pointers: nothing for a sanitizer.
    @Test(.enabled(if: !isSanitized), arguments: Mutation.allCases)
    func aBugIsFound(_ mutation: Mutation) async {
        let seed = Mutation.$current.withValue(mutation) {
            let known = Self.knownSeeds[mutation].map { $0...$0 } ?? 1...1
            return known.first { !Simulation.holds(seed: $0) }
                ?? (1...Self.seedCount).first { !Simulation.holds(seed: $0) }
        }
        #expect(seed != nil, "\(mutation) holds for \(Self.seedCount) seeds")
        print("\(mutation): seed \(seed ?? 0)")
    }
}
