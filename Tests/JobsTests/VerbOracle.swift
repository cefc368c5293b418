/// What each verb of the fixture must give, computed over arrays in memory: the lines of the output
/// without regard to their order, and in their order where the verb has one.
struct VerbOracle {
    typealias Record = (key: String, value: Int)

    let left: [Record]
    let right: [Record]

    /// The lines that a pipeline writes; nil for a name that it does not know.
    func lines(of verb: String) -> [String]? {
        switch verb {
        case "sorted": return inOrder(left).map(text)
        case "sorted-by": return ranked(left).map(text)
        case "prefix": return ranked(left).prefix(7).map(text)
        case "distinct": return Set(left.map(text)).sorted()
        case "count": return ["\(left.count)"]
        case "count-by-key": return counts.map { "\($0.key)\t\($0.value)" }
        case "partitioned": return left.map(text)
        case "union": return inOrder(left + right).map(text)
        case "union-of-itself":
            return sums(left + left.filter { $0.value % 2 == 0 } + left).map(text)
        case "join", "left-join", "full-join": return joined(verb)
        case "cogroup": return keys(left + right).map(cogroup)
        case "broadcast-join":
            return inOrder(left).flatMap { record -> [String] in
                let others = values(of: record.key, in: right)
                return others.max().map { ["\(text(record))\t\($0)"] } ?? []
            }
        case "map-with-own-total":
            return sums(left).map { "\($0.key)\t\($0.value * left.count)" }
        case "grouped":
            return keys(left).map { key in
                let values = values(of: key, in: left).sorted()
                return "\(key)\t[\(values.map(String.init).joined(separator: ","))]"
            }
        case "shared":
            return sums(left).filter { $0.value % 2 == 0 }
                .map { "\(text($0))\t\($0.value * 2)" }
        case "iterate": return iterated(times: 4)
        case "iterate-until":
            return sums(left).map { "\($0.key)\t\($0.value < 0 ? halved($0.value) : 0)" }
        default: return nil
        }
    }

    /// Whether the lines come in this order.
    static func isOrdered(_ verb: String) -> Bool {
        ["sorted", "sorted-by", "prefix", "union", "broadcast-join", "count"].contains(verb)
    }

    private func text(_ record: Record) -> String { "\(record.key)\t\(record.value)" }

    private func keys(_ records: [Record]) -> [String] {
        Set(records.map(\.key)).sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    }

    private func values(of key: String, in records: [Record]) -> [Int] {
        records.filter { $0.key == key }.map(\.value)
    }

    /// Sorted by key; equal keys keep their order.
    private func inOrder(_ records: [Record]) -> [Record] {
        keys(records).flatMap { key in records.filter { $0.key == key } }
    }

    private func ranked(_ records: [Record]) -> [Record] {
        inOrder(records).enumerated()
            .sorted { ($1.element.value, $0.offset) < ($0.element.value, $1.offset) }
            .map(\.element)
    }

    private func sums(_ records: [Record]) -> [Record] {
        keys(records).map { ($0, values(of: $0, in: records).reduce(0, +)) }
    }

    private var counts: [Record] { keys(left).map { ($0, values(of: $0, in: left).count) } }

    private func joined(_ verb: String) -> [String] {
        keys(left + right).flatMap { key -> [String] in
            let lefts = values(of: key, in: left)
            let rights = values(of: key, in: right)
            if rights.isEmpty {
                return verb == "join" ? [] : lefts.map { "\(key)\t\($0)\t\\N" }
            }
            if lefts.isEmpty {
                return verb == "full-join" ? rights.map { "\(key)\t\\N\t\($0)" } : []
            }
            return rights.flatMap { right in lefts.map { "\(key)\t\($0)\t\(right)" } }
        }
    }

    private func cogroup(_ key: String) -> String {
        let lefts = values(of: key, in: left)
        let rights = values(of: key, in: right)
        let list = { (values: [Int]) in "[\(values.map(String.init).joined(separator: ","))]" }
        return
            "\(key)\t[\(list(lefts)),\(list(rights)),\(list(lefts.isEmpty ? [] : [lefts.count]))]"
    }

    private func iterated(times: Int) -> [String] {
        var state = sums(left)
        for _ in 0..<times {
            state = sums(state.flatMap { [($0.key, $0.value / 2), (String($0.key.prefix(1)), 1)] })
        }
        return state.map(text)
    }

    /// A negative number is never above one, so that it is halved once.
    private func halved(_ value: Int) -> Int { value / 2 }
}
