import MapReduce
import MapReduceTesting
import TestSupport
import Testing

@testable import verbsjob

/// Jobs of every verb that there is are right, and nothing is reported of them.
@Suite struct VerbTests {
    @Test(arguments: [
        "sorted", "sorted-by", "prefix", "distinct", "count", "count-by-key", "sample",
        "partitioned", "union-of-itself", "map-with-own-total", "grouped", "shared", "iterate",
        "iterate-until",
    ])
    func verbsOfOneInputPass(verb: String) throws {
        try forEachSeed(1) { random in
            try VerbsJob.parse(["--verb", verb]).check(
                lines: Self.lines(&random),
                under: CheckOptions(count: 5, seed: random.next())
            )
        }
    }

    @Test(arguments: ["union", "join", "left-join", "full-join", "cogroup", "broadcast-join"])
    func verbsOfTwoInputsPass(verb: String) throws {
        try forEachSeed(1) { random in
            try VerbsJob.parse(["--verb", verb]).check(
                inputs: [
                    "left": .lines(Self.lines(&random)), "right": .lines(Self.lines(&random)),
                ],
                under: CheckOptions(count: 5, seed: random.next())
            )
        }
    }

    private static func lines(_ random: inout SeededGenerator) -> [String] {
        (0..<20).map { _ in
            let key = String(
                repeating: "ab".randomElement(using: &random) ?? "a",
                count: .random(in: 1...3, using: &random)
            )
            return "\(key) \(Int.random(in: 0...30, using: &random))"
        }
    }
}
