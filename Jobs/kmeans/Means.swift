import MapReduce

/// Returns the number of points nearest to each center, and their mean.
func means(_ points: Pairs<Point, Unit>, _ centers: Centers) -> Pairs<Int, Pair<Int, Point>> {
    let assigned: Pairs<Int, Pair<Int, Point>> = points.map(with: centers) {
        (point, _, all, emit) in
        emit(try nearest(to: point, of: all), Pair(1, point))
    }
    return assigned.combine { a, b in
        // Means rather than sums: sums of large numbers would overflow.
        let share = Double(b.first) / Double(a.first + b.first)
        let mean = zip(a.second, b.second).map { $0 * (1 - share) + $1 * share }
        return Pair(a.first + b.first, mean)
    }
}

/// Returns the number of the center nearest to a point; on a tie, the lowest number.
func nearest(to point: Point, of centers: Lookup<Int, Point>) throws -> Int {
    var nearest = (number: 0, distance: Double.infinity)
    for number in 0..<centers.keyCount {
        guard let center = centers[number] else { continue }
        let distance = try distance(point, center)
        if distance < nearest.distance { nearest = (number, distance) }
    }
    return nearest.number
}
