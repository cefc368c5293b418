import MapReduce

extension PageRank {
    /// Returns the ranks, 1 on average, after every surfer has taken one more step.
    ///
    /// Surfers that jump are summed under the key nil.
    func step(_ ranks: Ranks, _ links: Links, _ count: Pairs<Unit, Int>) -> Ranks {
        let damping = self.damping
        let moves: Pairs<UInt32?, Double> = links.join(ranks) { node, targets, rank, emit in
            let share = damping * rank / Double(targets.count)
            for target in targets { emit(target, share) }
            emit(nil, targets.isEmpty ? rank : (1 - damping) * rank)
            emit(node, 0)
        }
        let sums = moves.combine(+)
        let jumps: Pairs<Unit, Double> = sums.map(with: count) { node, sum, count, emit in
            if node == nil { emit(Unit(), sum / count.total) }
        }
        return sums.map(with: jumps) { node, sum, jumped, emit in
            if let node { emit(node, sum + (jumped[Unit()] ?? 0)) }
        }
    }
}

extension Lookup<Unit, Int> {
    /// The number counted.
    var total: Double { Double(self[Unit()] ?? 0) }
}
