import MapReduce

/// For each node, the nodes that it links to.
typealias Links = Pairs<UInt32, [UInt32]>
/// For each node, its rank: 1 on average.
typealias Ranks = Pairs<UInt32, Double>

/// Reads a graph: lines of two node numbers, `from to`, with spaces or tabs between them.
func links(_ input: Input) -> Links {
    let edges: Pairs<UInt32, UInt32> = input.lines.map { line, emit in
        var nodes: [UInt32?] = []
        line.forEachWord { word in nodes.append(Int(word).flatMap { UInt32(exactly: $0) }) }
        guard nodes.count == 2, let from = nodes[0], let to = nodes[1] else {
            emit.count(.malformed)
            return
        }
        emit(from, to)
    }
    // Nodes that are only linked to are nodes too.
    let targets: Pairs<UInt32, Unit> = edges.map { _, target, emit in emit(target, Unit()) }
    let nodes = targets.combine { unit, _ in unit }
    return edges.cogroup(nodes) { node, targets, _, emit in emit(node, Array(targets)) }
}

extension Counter {
    static let malformed: Counter = "malformed lines"
    static let changedRanks: Counter = "changed ranks"
}
