import MapReduce

/// The nodes that each node links to.
typealias Links = Pairs<UInt32, [UInt32]>
/// The rank of each node: 1 on average.
typealias Ranks = Pairs<UInt32, Double>

/// Reads a graph: lines of two node numbers, `from to`, separated by spaces or tabs.
///
/// Empty lines and lines that begin with `#` are comments. A rank depends on every link, so any
/// other line is an error.
func links(_ input: Input) -> Links {
    let edges: Pairs<UInt32, UInt32> = input.lines.map { line, emit in
        if line.count > 0, line[0] == UInt8(ascii: "#") { return }
        var nodes: [UInt32?] = []
        line.forEachWord { word in nodes.append(Int(word).flatMap { UInt32(exactly: $0) }) }
        if nodes.isEmpty { return }
        guard nodes.count == 2, let from = nodes[0], let to = nodes[1] else { throw LinkError() }
        emit(from, to)
    }
    // Nodes that only have incoming links are nodes too.
    let targets: Pairs<UInt32, Unit> = edges.map { _, target, emit in emit(target, Unit()) }
    let nodes = targets.combine { unit, _ in unit }
    return edges.cogroup(nodes) { node, targets, _, emit in emit(node, Array(targets)) }
}

struct LinkError: Error, CustomStringConvertible {
    let description = "the line is not a link, two numbers of nodes from 0 to \(UInt32.max)"
}

extension Counter {
    static let changedRanks: Counter = "changed ranks"
}
