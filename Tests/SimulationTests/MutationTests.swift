import MapReduceControl
import Simulation
import TestSupport
import Testing

/// The checks of the simulation can fail: each deliberate bug is found, within as many seeds as are
/// run otherwise.
@Suite struct MutationTests {
    static let seedCount: UInt64 = 2000

    /// Thousands of runs of code that has no threads and no pointers: nothing for a sanitizer.
    @Test(.enabled(if: !isSanitized), arguments: Mutation.allCases)
    func aBugIsFound(_ mutation: Mutation) async {
        #if DEBUG
        let seed = Mutation.$current.withValue(mutation) {
            (1...Self.seedCount).first { !Simulation.holds(seed: $0) }
        }
        #expect(seed != nil, "\(mutation) holds for \(Self.seedCount) seeds")
        print("\(mutation): seed \(seed ?? 0)")
        #endif
    }
}
