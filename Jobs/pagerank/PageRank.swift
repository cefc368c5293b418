import ArgumentParser
import MapReduce

/// Ranks the nodes of a graph: how often a random surfer visits each node, following links at
/// random and jumping to any node now and then, or where there are no links.
@main
struct PageRank: Job {
    @Option(help: "The chance to follow a link.") var damping = 0.85
    @Option(help: "The most rounds.") var rounds = 20
    @Option(help: "End with a round that changes no rank by more than this share of the average.")
    var tolerance: Double?

    func validate() throws {
        if !(0...1 ~= damping) { throw ValidationError("--damping is from 0 to 1") }
        if rounds < 1 { throw ValidationError("--rounds is at least 1") }
        if let tolerance, !(tolerance >= 0 && tolerance.isFinite) {
            throw ValidationError("--tolerance is at least 0")
        }
    }

    func pipeline(_ input: Input) -> Pairs<UInt32, Double> {
        let links = links(input)
        let count = links.count()
        let even: Ranks = links.map { node, _, emit in emit(node, 1) }
        let ranks =
            if let tolerance {
                even.iterate(atMost: rounds, until: .changedRanks) { ranks in
                    ranks.join(step(ranks, links, count)) { node, old, new, emit in
                        if abs(new - old) > tolerance { emit.count(.changedRanks) }
                        emit(node, new)
                    }
                }
            } else { even.iterate(times: rounds) { ranks in step(ranks, links, count) } }
        return ranks.map(with: count) { node, rank, count, emit in emit(node, rank / count.total) }
    }
}
