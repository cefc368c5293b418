import ArgumentParser
import Foundation
import Simulation
import Synchronization

/// Runs many simulated clusters under faults.
@main
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Runs simulated clusters under faults, one for each seed.",
        discussion: "A run that fails is told with its seed, its faults and what happened."
    )

    @Option(help: "How many seeds to run.") var seeds = 2000
    @Option(help: "The first seed.") var first: UInt64 = 1
    @Option(help: "Runs at once.") var threads = ProcessInfo.processInfo.activeProcessorCount

    @Flag(help: "Find each deliberate bug, and print the seed.") var mutations = false

    func validate() throws {
        guard seeds >= 1, threads >= 1 else {
            throw ValidationError("--seeds and --threads are at least 1")
        }
    }

    func run() throws {
        if mutations { return findMutants(seeds: first...first + UInt64(seeds)) }
        let begin = ContinuousClock.now
        let findings = Mutex<[Simulation.Finding]>([])
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            for offset in stride(from: thread, to: seeds, by: threads) {
                guard findings.withLock({ $0.isEmpty }) else { return }
                if let finding = Simulation.run(seed: first &+ UInt64(offset)) {
                    findings.withLock { $0.append(finding) }
                }
            }
        }
        if let finding = findings.withLock({ $0.first }) {
            print(finding)
            throw ExitCode.failure
        }
        let seconds = Int((ContinuousClock.now - begin).components.seconds)
        print("\(seeds) seeds from \(first) on in \(seconds) s: all holds")
    }
}
