internal import MapReduceHTTP

/// The time that an option of a service gives in seconds.
enum TimeoutOption {
    /// Returns the time of an option, in whole milliseconds.
    ///
    /// `range`: the seconds that the option may give.
    /// - Throws: `ConfigurationError` for any other number, and for one that is not a number.
    static func duration(
        _ option: String,
        _ seconds: Double,
        in range: ClosedRange<Double>
    ) throws -> Duration {
        guard range.contains(seconds) else {
            let (least, most) = (shortest(range.lowerBound), shortest(range.upperBound))
            throw ConfigurationError("\(option) must be from \(least) to \(most) seconds")
        }
        return .milliseconds(Int(seconds * 1000))
    }

    private static func shortest(_ number: Double) -> String {
        Int(exactly: number).map { "\($0)" } ?? "\(number)"
    }
}
