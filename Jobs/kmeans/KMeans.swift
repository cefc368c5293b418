import ArgumentParser
import MapReduce

/// Finds clusters of points, which are lines of numbers with commas: centres move to the middle of
/// the points that are nearest to them until none moves any more (Lloyd's algorithm).
@main
struct KMeans: Job {
    @Option(help: "How many clusters.") var k = 3
    @Option(help: "The most rounds.") var rounds = 50
    @Option(help: "The share of the points that the first centres are chosen from.")
    var sample = 1.0
    @Option(help: "Chooses that share.") var seed: UInt64 = 0

    func validate() throws {
        if k < 1 { throw ValidationError("--k is at least 1") }
        if rounds < 1 { throw ValidationError("--rounds is at least 1") }
        if !(sample > 0 && sample <= 1) {
            throw ValidationError("--sample is more than 0 and at most 1")
        }
    }

    func pipeline(_ input: Input) -> Pairs<Int, Pair<Int, Point>> {
        let points = points(input)
        let first = firstCentres(points.sample(sample, seed: seed), count: k)
        let last = first.iterate(atMost: rounds, until: .movedCentres) { centres in
            centres.leftJoin(means(points, centres)) { number, centre, cluster, emit in
                // A centre that is nearest to no point stays where it is.
                let mean = cluster?.second ?? centre
                if mean != centre { emit.count(.movedCentres) }
                emit(number, mean)
            }
        }
        return last.leftJoin(means(points, last)) { number, centre, cluster, emit in
            emit(number, Pair(cluster?.first ?? 0, centre.map(sixDecimals)))
        }
    }
}
