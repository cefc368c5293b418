import Glibc
import MapReduce

/// Returns the distance between two points, divided by 16 so that it does not overflow for the
/// largest coordinates.
func distance(_ a: Point, _ b: Point) throws -> Double {
    guard a.count == b.count else {
        throw PointError(description: "points have \(a.count) numbers and \(b.count): \(a), \(b)")
    }
    return zip(a, b).reduce(0) { sum, pair in hypot(sum, pair.0 / 16 - pair.1 / 16) }
}

/// Rounds a number to six decimals; returns large numbers, which have no decimals to round,
/// unchanged.
func sixDecimals(_ number: Double) -> Double {
    abs(number) < 1e9 ? (number * 1e6).rounded() / 1e6 : number
}

struct PointError: Error, CustomStringConvertible {
    let description: String
}
