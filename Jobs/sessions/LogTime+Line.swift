import FoundationEssentials
import MapReduce

extension LogTime {
    /// The second at which a line of a log has its time; nil when it has none.
    static func second(in line: Span<UInt8>) -> Int? {
        guard let rest = line.field(1, separatedBy: "["),
            let time = line.field(0, separatedBy: "]", in: rest)
        else { return nil }
        return second(of: line.extracting(time))
    }

    /// A second as ISO 8601 has it.
    static func text(of second: Int) -> String {
        Date(timeIntervalSince1970: Double(second)).ISO8601Format()
    }

    /// Days from the beginning of 1970 to that of a month, which is from 0; 12 is the next year's
    /// first.
    static func days(_ year: Int, _ month: Int) -> Int {
        // Years that begin in March have their leap day at the end.
        let years = month < 2 ? year - 1 : year
        let leapDays = years / 4 - years / 100 + years / 400
        let daysBefore = (153 * ((month + 10) % 12) + 2) / 5
        return 365 * years + leapDays + daysBefore - 719_468
    }
}
