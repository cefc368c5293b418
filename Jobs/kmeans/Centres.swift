import MapReduce

/// The centres of clusters by their numbers.
typealias Centres = Pairs<Int, Point>

/// The first centres: the least point, then again and again the one farthest from all of them.
func firstCentres(_ points: Pairs<Point, Unit>, count: Int) -> Centres {
    let all: Pairs<Unit, Point> = points.distinct().map { point, _, emit in emit(Unit(), point) }
    return all.reduce { _, points, emit in
        let points = points.sorted { $0.lexicographicallyPrecedes($1) }
        var distances = points.map { _ in Double.infinity }
        var centre = 0
        for number in 0..<min(count, points.count) {
            emit(number, points[centre])
            for (index, point) in points.enumerated() {
                distances[index] = min(distances[index], try distance(point, points[centre]))
            }
            centre = distances.indices.max { distances[$0] < distances[$1] } ?? 0
        }
    }
}
