import MapReduce

/// A place in as many dimensions as its line has numbers.
typealias Point = [Double]

/// Reads points: numbers with commas between them.
func points(_ input: Input) -> Pairs<Point, Unit> {
    input.strings.map { line, emit in
        let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        let point = fields.compactMap { Double($0) }
        if point.count == fields.count { emit(point, Unit()) } else { emit.count(.malformed) }
    }
}

/// Distances compare as their squares do.
func squaredDistance(_ a: Point, _ b: Point) throws -> Double {
    guard a.count == b.count else { throw DimensionError(points: [a, b]) }
    return zip(a, b).reduce(0) { sum, pair in sum + (pair.0 - pair.1) * (pair.0 - pair.1) }
}

struct DimensionError: Error, CustomStringConvertible {
    let points: [Point]

    var description: String { "these points differ in how many numbers they have: \(points)" }
}

extension Counter {
    static let malformed: Counter = "malformed lines"
    static let movedCentres: Counter = "moved centres"
}
