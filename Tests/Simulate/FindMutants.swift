import MutatedSimulation

/// Looks for the first seed that finds each deliberate bug, and prints it.
///
/// `MutationTests` knows them; this finds new ones in a release build.
func findMutants(seeds: ClosedRange<UInt64>) {
    for mutation in Mutation.allCases {
        let found = Mutation.$current.withValue(mutation) {
            seeds.first { !Simulation.holds(seed: $0) }
        }
        print("\(mutation): \(found.map { "seed \($0)" } ?? "not found")")
    }
}
