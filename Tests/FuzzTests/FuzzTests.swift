import Foundation
import TestSupport
import Testing

/// Feeds mutants of valid inputs to all that reads foreign bytes.
///
/// A trap ends the process: the number of the case that runs is in a file by then, whose path is
/// printed with the seed. `SEED=7 CASE=123 swift test --filter FuzzTests` runs that case alone, and
/// keeps its input.
@Suite struct FuzzTests {
    /// Cases of one target, unless `CASES` says how many: `.ci/sanitize` runs ten times as many,
    /// optimized and under AddressSanitizer.
    private static let caseCount =
        ProcessInfo.processInfo.environment["CASES"].flatMap { Int($0) } ?? 1000

    /// More resident memory than this, in bytes, is more than all tests of the process need.
    private static let maxResidentByteCount = 3 << 30

    /// All of them, or the one that `FUZZ` names.
    private static var names: [String] {
        ProcessInfo.processInfo.environment["FUZZ"].map { [$0] } ?? fuzzTargets.map(\.name)
    }

    @Test(arguments: names)
    func findsNothing(_ name: String) throws {
        let target = try #require(fuzzTargets.first { $0.name == name })
        let seeds = try target.seeds()
        let isValid = try target.check(seeds[0])
        #expect(isValid, "the first seed is a valid input")
        for seed in seeds { try target.check(seed) }
        let environment = ProcessInfo.processInfo.environment
        let single = environment["CASE"].flatMap { Int($0) }
        forEachSeed(1, "fuzz \(name)") { random in
            let first = random.next()
            let log = CaseLog(name: name)
            var acceptedCount = 0
            for number in single.map({ $0..<$0 + 1 }) ?? 0..<Self.caseCount {
                var generator = SeededGenerator(seed: first &+ UInt64(number))
                let input = Mutator(mutation: target.mutation).mutant(of: seeds, using: &generator)
                log.begin(number, input: single == nil ? nil : input)
                do {
                    if try target.check(input) { acceptedCount += 1 }
                } catch {
                    Issue.record("\(name), CASE=\(number): \(error)")
                    return
                }
            }
            print("fuzz \(name): \(acceptedCount) of the mutants are valid")
            #expect(single != nil || acceptedCount > 0, "no mutant is valid: what is tested?")
        }
        #expect(try residentByteCount() < Self.maxResidentByteCount)
    }

    private func residentByteCount() throws -> Int {
        let fields = try readText("/proc/self/statm").split(separator: " ")
        return (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}

/// Keeps the number of the case that runs, which outlives a trap.
private final class CaseLog {
    private let path: String
    private let descriptor: Int32

    init(name: String) {
        path = "\(Command.products)/fuzz-\(name).case"
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        // Not by `print`, whose buffer a trap would take with it.
        FileHandle.standardError.write(
            Data("fuzz \(name): the case that runs is in \(path)\n".utf8)
        )
    }

    deinit { close(descriptor) }

    /// `input`: what is to be kept for somebody to look at.
    func begin(_ number: Int, input: [UInt8]?) {
        let text = Array("CASE=\(number)\n".utf8)
        _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        guard let input else { return }
        _ = FileManager.default.createFile(atPath: path + ".input", contents: Data(input))
    }
}
