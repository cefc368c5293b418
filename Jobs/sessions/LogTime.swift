import MapReduce

/// The time format of web logs: `10/Oct/2026:13:55:36 +0000`.
enum LogTime {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ].map { Array($0.utf8) }
    /// The format of a time: `0` stands for any digit, `a` for any byte, and `.` for a sign.
    private static let form = Array("00/aaa/0000:00:00:00 .0000".utf8)

    /// Returns the seconds since the beginning of 1970, or nil if this is not a valid time.
    static func second(of time: Span<UInt8>) -> Int? {
        guard hasForm(time),
            let month = months.firstIndex(where: { time.extracting(3..<6).contains($0) }),
            let day = Int(time.extracting(0..<2)), let year = Int(time.extracting(7..<11)),
            let hour = Int(time.extracting(12..<14)), let minute = Int(time.extracting(15..<17)),
            let second = Int(time.extracting(18..<20)), let zone = Int(time.extracting(21..<26)),
            year > 0, 1...days(year, month + 1) - days(year, month) ~= day,
            hour < 24, minute < 60, second <= 60, abs(zone) < 2400, abs(zone) % 100 < 60
        else { return nil }
        let minutes = (hour - zone / 100) * 60 + minute - zone % 100
        return ((days(year, month) + day - 1) * 24 * 60 + minutes) * 60 + second
    }

    private static func hasForm(_ time: Span<UInt8>) -> Bool {
        guard time.count == form.count else { return false }
        return form.indices.allSatisfy { index in
            switch form[index] {
            case UInt8(ascii: "0"): 0x30...0x39 ~= time[index]
            case UInt8(ascii: "a"): true
            case UInt8(ascii: "."):
                time[index] == UInt8(ascii: "+") || time[index] == UInt8(ascii: "-")
            case let byte: time[index] == byte
            }
        }
    }
}
