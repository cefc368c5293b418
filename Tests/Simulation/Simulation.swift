/// Runs clusters under faults, one for each seed.
package enum Simulation {
    /// What is wrong with a run, with all that is needed to see why.
    package struct Finding: Sendable, CustomStringConvertible {
        package let seed: UInt64
        /// What does not hold.
        package let message: String
        /// The faults without which it would hold.
        package let plan: FaultPlan
        /// What happened, line by line.
        package let transcript: [String]

        package var description: String {
            "seed \(seed): \(message)\nfaults:\n\(plan)transcript:\n"
                + transcript.map { $0 + "\n" }.joined()
        }
    }

    /// Runs a seed.
    /// - Returns: what is wrong; nil when all holds.
    package static func run(seed: UInt64) -> Finding? {
        let plan = FaultPlan(seed: seed)
        guard message(plan) != nil else { return nil }
        let small = shrink(plan)
        let world = World(plan: small, isRecording: true)
        world.run()
        return Finding(
            seed: seed,
            message: world.failure ?? "it holds when it is watched",
            plan: small,
            transcript: world.transcript ?? []
        )
    }

    /// Whether all holds in the run of a seed; without looking for the reason where it does not.
    package static func holds(seed: UInt64) -> Bool { message(FaultPlan(seed: seed)) == nil }

    private static func message(_ plan: FaultPlan) -> String? {
        let world = World(plan: plan, isRecording: false)
        world.run()
        return world.failure
    }

    /// Leaves out faults, half of them at a time and then fewer, as long as the run fails without
    /// them.
    ///
    /// Source: delta debugging (Zeller and Hildebrandt 2002).
    private static func shrink(_ plan: FaultPlan) -> FaultPlan {
        var plan = plan
        var count = plan.faults.count
        while count >= 1 {
            var start = 0
            while start < plan.faults.count {
                var smaller = plan
                smaller.faults.removeSubrange(start..<min(start + count, plan.faults.count))
                if message(smaller) != nil { plan = smaller } else { start += count }
            }
            count /= 2
        }
        return plan
    }
}
