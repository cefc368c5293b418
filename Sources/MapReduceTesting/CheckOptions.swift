internal import MapReduce

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The settings under which `check` runs a job, none of which changes what a correct job computes.
///
/// The first runs change one thing each, so that a failure says what matters:
///
/// - every task is run twice, and compared with itself;
/// - the values of each `combine` are shuffled as they are, and then merged from the left, from the
///   right and in groups of neighbors, which must all give the same;
/// - the input is cut into several map tasks, at any byte;
/// - there are three reducers;
/// - a task spills after each pair, and merges runs two by two;
/// - if the order of values does not matter, the files and the values of each key are shuffled.
///
/// The others draw all of it by chance. Before them, `pipeline(_:)` is called several times, and
/// must describe the same plan each time.
public struct CheckOptions: Sendable {
    /// How often a pipeline is described to find one that is not the same each time: one that
    /// throws a coin passes once in 128 checks.
    static let planCount = 8

    /// How many runs there are whose settings are drawn.
    public var count: Int
    /// How far apart, relative to their size, numbers with a fraction may be that count as the
    /// same: sums of them depend on the order in their last digits.
    public var tolerance: Double
    /// Whether the job may depend on the order of the values of a key, and of the files.
    ///
    /// The engine keeps both: values come in the order in which they were emitted. Say false of a
    /// job that is not to depend on it, and the order is changed.
    public var orderOfValuesMatters: Bool
    /// What decides all that is drawn.
    public var seed: UInt64

    /// Describes the runs.
    ///
    /// `seed`: the same runs are made each time, unless the environment has another `SEED`, or it
    /// is given here.
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

    /// The run that all others are compared with.
    var plainest: TestConditions {
        var conditions = TestConditions(seed: seed)
        conditions.tolerance = tolerance
        return conditions
    }

    var all: [TestConditions] {
        var random = SeededRandom(seed: seed)
        return single + (0..<count).map { _ in drawn(&random) }
    }

    /// Those that change one thing each.
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
