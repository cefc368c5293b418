import FoundationEssentials
import MapReduce

extension LogTime {
    /// Returns the time of a log line, as a Unix time in seconds, or nil if the line has none.
    static func second(in line: Span<UInt8>) -> Int? {
        guard let rest = line.field(1, separatedBy: "["),
            let time = line.field(0, separatedBy: "]", in: rest)
        else { return nil }
        return second(of: line.extracting(time))
    }

    /// Formats a Unix time in seconds as ISO 8601.
    static func text(of second: Int) -> String {
        Date(timeIntervalSince1970: Double(second)).ISO8601Format()
    }

    /// Returns the days from the beginning of 1970 to the beginning of a month.
    ///
    /// Months count from 0; month 12 is the first month of the next year.
    static func days(_ year: Int, _ month: Int) -> Int {
        // Years that begin in March have their leap day at the end.
        let years = month < 2 ? year - 1 : year
        let leapDays = years / 4 - years / 100 + years / 400
        let daysBefore = (153 * ((month + 10) % 12) + 2) / 5
        return 365 * years + leapDays + daysBefore - 719_468
    }
}
