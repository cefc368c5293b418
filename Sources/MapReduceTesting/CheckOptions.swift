internal import MapReduce

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The settings under which `check` runs a job; none of them changes what a correct job computes.
///
/// The first runs change one setting each, so that a failure shows which one matters:
///
/// - every task runs twice, and its two outputs are compared;
/// - the values of each `combine` are shuffled unmerged, and then merged from the left, from the
///   right and in groups of neighbors, which must all give the same result;
/// - the input is split into several map tasks, at any byte;
/// - there are three reducers;
/// - a task spills after each pair, and merges runs two at a time;
/// - if the order of values does not matter, the files and the values of each key are shuffled.
///
/// The other runs draw these settings at random, except that no task runs twice. Before all runs,
/// `pipeline(_:)` is called several times, and must describe the same plan each time.
public struct CheckOptions: Sendable {
    /// The number of times a pipeline is described, to detect one that changes: a pipeline that
    /// depends on a coin toss passes once in 128 checks.
    static let planCount = 8

    /// The number of runs with random settings.
    public var count: Int
    /// How far apart, relative to their size, numbers with a fraction may be and still count as the
    /// same: the last digits of their sums depend on the order of addition.
    public var tolerance: Double
    /// Whether the job may depend on the order of a key's values and of the files.
    ///
    /// The engine keeps both orders: values come in the order in which they were emitted. Pass
    /// false for a job that must not depend on them, and both are shuffled.
    public var orderOfValuesMatters: Bool
    /// The seed of all random settings.
    public var seed: UInt64

    /// Creates the settings of the runs.
    ///
    /// `seed`: the same runs are made each time, unless the environment has a different `SEED` or a
    /// seed is given here.
    public init(
        count: Int = 8,
        tolerance: Double = 0,
        orderOfValuesMatters: Bool = true,
        seed: UInt64? = nil
    ) {
        precondition(count >= 0 && tolerance >= 0, "counts and tolerances are not negative")
        self.count = count
        self.tolerance = tolerance
        self.orderOfValuesMatters = orderOfValuesMatters
        self.seed = seed ?? ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init) ?? 1
    }

    /// The conditions of the run that all others are compared with.
    var plainest: TestConditions {
        var conditions = TestConditions(seed: seed)
        conditions.tolerance = tolerance
        return conditions
    }

    var all: [TestConditions] {
        var random = SeededRandom(seed: seed)
        return single + (0..<count).map { _ in drawn(&random) }
    }

    /// The conditions that change one setting each.
    private var single: [TestConditions] {
        func changed(_ change: (inout TestConditions) -> Void) -> TestConditions {
            var conditions = plainest
            change(&conditions)
            return conditions
        }
        var all = [
            changed { $0.runsTwice = true },
            changed { $0.checksMerges = true },
            changed { $0.splitCount = 3 },
            changed { $0.reducerCount = 3 },
            changed {
                $0.pairsPerSpill = 1
                $0.mergeWidth = 2
            },
        ]
        if !orderOfValuesMatters { all.append(changed { $0.shufflesValues = true }) }
        return all
    }

    private func drawn(_ random: inout SeededRandom) -> TestConditions {
        var conditions = plainest
        conditions.seed = random.next()
        conditions.splitCount = .random(in: 2...6, using: &random)
        conditions.reducerCount = .random(in: 2...4, using: &random)
        if Int.random(in: 0..<4, using: &random) > 0 {
            conditions.pairsPerSpill = .random(in: 1...5, using: &random)
        }
        conditions.mergeWidth = .random(in: 2...4, using: &random)
        conditions.checksMerges = Int.random(in: 0..<4, using: &random) == 0
        conditions.shufflesValues = !orderOfValuesMatters && Bool.random(using: &random)
        return conditions
    }
}

/// The old name of `CheckOptions`.
@available(*, deprecated, renamed: "CheckOptions")
public typealias Trials = CheckOptions
