import MapReduce

/// The centers of the clusters, keyed by number.
typealias Centers = Pairs<Int, Point>

/// Returns the first centers: the least point, then repeatedly the point farthest from all of them.
func firstCenters(_ points: Pairs<Point, Unit>, count: Int) -> Centers {
    let all: Pairs<Unit, Point> = points.distinct().map { point, _, emit in emit(Unit(), point) }
    return all.reduce { _, points, emit in
        let points = points.sorted { $0.lexicographicallyPrecedes($1) }
        var distances = points.map { _ in Double.infinity }
        var center = 0
        for number in 0..<min(count, points.count) {
            emit(number, points[center])
            for (index, point) in points.enumerated() {
                distances[index] = min(distances[index], try distance(point, points[center]))
            }
            center = distances.indices.max { distances[$0] < distances[$1] } ?? 0
        }
    }
}
