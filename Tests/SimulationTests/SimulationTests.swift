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
}
