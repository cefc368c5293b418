import MapReduce

/// The times of web logs: `10/Oct/2026:13:55:36 +0000`.
enum LogTime {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Seconds since the beginning of 1970; nil when it is no such time.
    static func second(of time: Span<UInt8>) throws -> Int? {
        guard time.count == 26,
            let month = months.firstIndex(of: try String(utf8: time.extracting(3..<6))),
            let day = Int(time.extracting(0..<2)), let year = Int(time.extracting(7..<11)),
            let hour = Int(time.extracting(12..<14)), let minute = Int(time.extracting(15..<17)),
            let second = Int(time.extracting(18..<20)), let zone = Int(time.extracting(21..<26))
        else { return nil }
        let minutes = (hour - zone / 100) * 60 + minute - zone % 100
        return (days(year, month, day) * 24 * 60 + minutes) * 60 + second
    }

    /// Days from the beginning of 1970 to a date; `month` is from 0.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        // Years that begin in March have their leap day at the end.
        let years = month < 2 ? year - 1 : year
        let leapDays = years / 4 - years / 100 + years / 400
        let daysBefore = (153 * ((month + 10) % 12) + 2) / 5
        return 365 * years + leapDays + daysBefore + day - 1 - 719_468
    }
}

extension Counter {
    static let malformed: Counter = "malformed lines"
}
