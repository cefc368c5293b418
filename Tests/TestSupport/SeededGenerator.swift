import Foundation

/// Random numbers that a seed decides.
///
/// Tests print their seed, and take one back as `SEED=…`.
///
/// Source: SplitMix64 (Steele, Lea, Flood 2014).
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// Runs a body for some seeds, or for the one in the environment alone.
///
/// The seed is printed before, so that a crash tells it too. With `CI` in the environment the
/// seeds are the same each time: a change is judged by what it changed.
package func forEachSeed(
    _ count: Int,
    _ name: String = #function,
    body: (inout SeededGenerator) throws -> Void
) rethrows {
    for seed in testSeeds(count) {
        print("\(name): SEED=\(seed)")
        var generator = SeededGenerator(seed: seed)
        try body(&generator)
    }
}

/// The seeds that `forEachSeed` runs, for a body that waits.
package func testSeeds(_ count: Int) -> [UInt64] {
    if let text = ProcessInfo.processInfo.environment["SEED"], let seed = UInt64(text) {
        return [seed]
    }
    let isRepeatable = ProcessInfo.processInfo.environment["CI"] != nil
    let first = isRepeatable ? 1 : UInt64.random(in: 0..<1_000_000_000)
    return Array(first..<first + UInt64(count))
}
