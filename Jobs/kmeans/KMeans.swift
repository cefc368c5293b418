import ArgumentParser
import MapReduce

/// Finds clusters of points, given as lines of comma-separated numbers: each center moves to the
/// mean of the points nearest to it until no center moves (Lloyd's algorithm).
@main
struct KMeans: Job {
    @Option(help: "How many clusters.") var k = 3
    @Option(help: "The most rounds.") var rounds = 50
    @Option(help: "The share of the points that the first centers are chosen from.")
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
        let first = firstCenters(points.sample(sample, seed: seed), count: k)
        let last = first.iterate(atMost: rounds, until: .movedCenters) { centers in
            centers.leftJoin(means(points, centers)) { number, center, cluster, emit in
                // A center that is nearest to no point stays where it is.
                let mean = cluster?.second ?? center
                if mean != center { emit.count(.movedCenters) }
                emit(number, mean)
            }
        }
        return last.leftJoin(means(points, last)) { number, center, cluster, emit in
            emit(number, Pair(cluster?.first ?? 0, center.map(sixDecimals)))
        }
    }
}
