import Simulation
import TestSupport
import Testing

/// Simulated clusters under faults: see `Tests/Simulation`.
@Suite struct SimulationTests {
    @Test func everythingHoldsUnderFaults() {
        forEachSeed(isSanitized ? 5 : 100) { random in
            let seed = random.next() % 1_000_000
            if let finding = Simulation.run(seed: seed) { Issue.record("\(finding)") }
        }
    }

    /// Seeds that failed once.
    ///
    /// 2120: a copy of the coordinator's data is put back in which a job has succeeded whose output
    /// the same job, submitted again, has replaced.
    @Test(arguments: [2120] as [UInt64])
    func aSeedThatFailedHolds(_ seed: UInt64) {
        if let finding = Simulation.run(seed: seed) { Issue.record("\(finding)") }
    }
}
