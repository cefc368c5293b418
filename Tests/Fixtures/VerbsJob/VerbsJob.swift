import ArgumentParser
import MapReduce

/// Runs one verb over lines of `key number`, for tests that compare it with what it must give.
@main
struct VerbsJob: Job {
    @Option(help: "Which pipeline to run.") var verb: String

    func pipeline(_ input: Input) throws -> Outputs {
        guard let pipeline = Self.pipelines[verb] else {
            throw ValidationError("there is no verb \(verb)")
        }
        return ["result": pipeline(input)]
    }

    /// The pairs of an input: a word and a number on each line.
    private static func pairs(_ input: Input) -> Pairs<String, Int> {
        input.lines.map { line, emit in
            guard let key = line.field(0, separatedBy: " "),
                let number = line.field(1, separatedBy: " "),
                let value = Int(line.extracting(number))
            else { return }
            emit(line.extracting(key), value)
        }
    }

    private static let pipelines: [String: @Sendable (Input) -> any Dataset] = [
        "sorted": { pairs($0).sorted() },
        "sorted-by": { pairs($0).sorted { key, value in Pair(Descending(value), key) } },
        "prefix": { pairs($0).sorted { key, value in Pair(Descending(value), key) }.prefix(7) },
        "distinct": { pairs($0).distinct() },
        "count": { pairs($0).count() },
        "count-by-key": { pairs($0).countByKey() },
        "sample": { pairs($0).sample(0.3, seed: 5).sorted() },
        "partitioned": { pairs($0).partitioned(into: 3) { $0.utf8.count % 3 } },
        "partitioned-by-hash": {
            pairs($0).partitioned(into: 3) { Int($0.hashValue.magnitude % 3) }
        },
        "union": { pairs($0["left"]).union(pairs($0["right"])).sorted() },
        "union-of-itself": {
            let pairs = pairs($0)
            return pairs.union(pairs.filter { _, value in value % 2 == 0 }).union(pairs).combine(+)
        },
        "join": {
            pairs($0["left"]).join(pairs($0["right"])) { key, left, right, emit in
                emit(key, Pair(left, right))
            }
        },
        "left-join": {
            pairs($0["left"]).leftJoin(pairs($0["right"])) { key, left, right, emit in
                emit(key, Pair(left, right))
            }
        },
        "full-join": {
            pairs($0["left"]).fullJoin(pairs($0["right"])) { key, left, right, emit in
                emit(key, Pair(left, right))
            }
        },
        "cogroup": {
            pairs($0["left"]).cogroup(pairs($0["right"]), pairs($0["left"]).countByKey()) {
                key,
                lefts,
                rights,
                counts,
                emit in
                emit(key, [Array(lefts), Array(rights), Array(counts)])
            }
        },
        "broadcast-join": {
            let small = pairs($0["right"]).combine(max)
            return pairs($0["left"]).broadcastJoin(small) { key, left, right, emit in
                emit(key, Pair(left, right))
            }.sorted()
        },
        "map-with-own-total": {
            let pairs = pairs($0)
            return pairs.map(with: pairs.count()) { key, value, count, emit in
                emit(key, value * (count[Unit()] ?? 0))
            }.combine(+)
        },
        "grouped": {
            let keyed: Pairs<Pair<String, Int>, Unit> = pairs($0).map { key, value, emit in
                emit(Pair(key, value), Unit())
            }
            return keyed.grouped(by: \.first) { key, pairs, emit in
                emit(key, pairs.map { $0.key.second })
            }
        },
        "shared": {
            let sums = pairs($0).combine(+)
            let even = sums.filter { _, sum in sum % 2 == 0 }
            let doubled: Pairs<String, Int> = sums.map { key, sum, emit in emit(key, 2 * sum) }
            return even.join(doubled) { key, sum, twice, emit in emit(key, Pair(sum, twice)) }
        },
        "iterate": {
            pairs($0).combine(+).iterate(times: 4) { state in
                let halves: Pairs<String, Int> = state.map { key, value, emit in
                    emit(key, value / 2)
                    emit(String(key.prefix(1)), 1)
                }
                return halves.combine(+)
            }
        },
        // An iteration of rounds by their number, and one within another.
        "iterate-within": {
            pairs($0).combine(+).iterate(atMost: 3, until: "above one") { state in
                let halves: Pairs<String, Int> = state.map { key, value, emit in
                    if value > 1 { emit.count("above one") }
                    emit(key, value / 2)
                }
                return halves.combine(+).iterate(times: 2) { inner in
                    let same: Pairs<String, Int> = inner.map { key, value, emit in
                        emit(key, value)
                    }
                    return same.combine(+)
                }
            }
        },
        // The name of the counter is misspelled.
        "iterate-misspelled": {
            pairs($0).combine(+).iterate(atMost: 30, until: "above 1") { state in
                let halves: Pairs<String, Int> = state.map { key, value, emit in
                    if value > 1 { emit.count("above one") }
                    emit(key, value / 2)
                }
                return halves.combine(+)
            }
        },
        // A crash at a key that is not text.
        "trap-at-pair": {
            let keyed: Pairs<Pair<Int, String>, Int> = pairs($0).map { key, value, emit in
                emit(Pair(value, key), value)
            }
            return keyed.reduce { key, values, emit in
                if key.first == 5 { fatalError("the test asked for it") }
                emit(key.second, values.sum())
            }
        },
        // One key has nearly all pairs.
        "skew": {
            let keyed: Pairs<Pair<Int, Int>, Int> = pairs($0).map { key, value, emit in
                for number in 0..<100 { emit(Pair(7, 5), number) }
                emit(Pair(value, 1), value)
            }
            return keyed.reduce { key, values, emit in emit("\(key.first)", values.sum()) }
        },
        // A trap that follows from a second pass.
        "trap-after-second-pass": {
            pairs($0).reduce { key, values, emit in
                emit(key, (values.max() ?? 0) - Array(values)[0])
            }
        },
        // What asks for another round is counted by a stage that reads files.
        "iterate-until-in-files": { input in
            pairs(input).combine(max).iterate(atMost: 30, until: "raised") { state in
                let raised: Pairs<String, Int> = pairs(input).map(with: state) {
                    key,
                    _,
                    state,
                    emit in
                    let value = state[key] ?? 0
                    if value < 7 { emit.count("raised") }
                    emit(key, min(value, 6) + 1)
                }
                return raised.combine(max)
            }
        },
        // A round that changes nothing, and is read in two ways.
        "iterate-unchanged": {
            let kept = pairs($0).combine(+).iterate(times: 2) { state in state }
                .iterate(atMost: 3, until: "nothing") { state in state }
            return kept.join(kept) { key, a, b, emit in emit(key, Pair(a, b)) }
        },
        "iterate-until": {
            pairs($0).combine(+).iterate(atMost: 30, until: "above one") { state in
                let halves: Pairs<String, Int> = state.map { key, value, emit in
                    if value > 1 { emit.count("above one") }
                    emit(key, value / 2)
                }
                return halves.combine(+)
            }
        },
    ]
}
