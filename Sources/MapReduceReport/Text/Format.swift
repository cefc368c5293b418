internal import MapReduceModel

/// Numbers in a form for people to read.
package enum Format {
    /// `12,345,678`.
    package static func count(_ value: Int) -> String {
        var text = ""
        let digits = Array(String(value.magnitude))
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return value < 0 ? "-" + text : text
    }

    /// `1 record`, `2 records`.
    package static func count(_ value: Int, _ noun: String) -> String {
        "\(count(value)) \(noun)\(value == 1 ? "" : "s")"
    }

    /// `1.07 GB`, in powers of 1000.
    package static func bytes(_ value: Int) -> String {
        var scaled = Double(value)
        for unit in ["bytes", "kB", "MB", "GB", "TB"] {
            if scaled < 999.5 || unit == "TB" {
                return unit == "bytes" ? "\(value) bytes" : "\(threeDigits(scaled)) \(unit)"
            }
            scaled /= 1000
        }
        return "\(value) bytes"
    }

    /// `1.41 s`, `2 min 5 s`.
    package static func duration(_ value: Duration) -> String {
        let seconds = value.inSeconds
        if seconds < 100 { return threeDigits(seconds) + " s" }
        let whole = Int(seconds.rounded())
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3600) h \(whole % 3600 / 60) min"
    }

    /// `2 s`, `2 min 5 s`: steady enough to read while it changes.
    package static func wholeSeconds(_ value: Duration) -> String {
        let seconds = value.inSeconds
        return seconds < 100 ? "\(Int(seconds)) s" : duration(value)
    }

    /// Formats a duration in seconds that an answer claims, which may be any number.
    package static func duration(seconds: Double) -> String {
        duration(Duration(claimedSeconds: seconds))
    }

    /// `763 MB/s`.
    package static func rate(_ byteCount: Int, _ elapsed: Duration) -> String {
        bytes(
            Int(min(Double(byteCount) / max(elapsed.inSeconds, 1e-3), ReportLimits.maxShownCount))
        ) + "/s"
    }

    /// Parses a number such as `1000`, `64K`, `256M`, `2G` or `1GiB`, where letters are powers of
    /// 1024; nil for anything else.
    package static func byteCount(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits) else { return nil }
        let shift: Int
        switch text.dropFirst(digits.count).uppercased() {
        case "", "B": shift = 0
        case "K", "KB", "KIB": shift = 10
        case "M", "MB", "MIB": shift = 20
        case "G", "GB", "GIB": shift = 30
        case "T", "TB", "TIB": shift = 40
        default: return nil
        }
        let (scaled, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
        return overflow ? nil : scaled
    }

    /// Formats a number of bytes as an option is typed, such as `256M`: letters are powers of 1024.
    package static func byteSize(_ value: Int) -> String {
        for (shift, letter) in [(30, "G"), (20, "M"), (10, "K")]
        where value >= 1 << shift && value % (1 << shift) == 0 {
            return "\(value >> shift)\(letter)"
        }
        return "\(value)"
    }

    private static func threeDigits(_ value: Double) -> String {
        let places = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
        var power = 1.0
        for _ in 0..<places { power *= 10 }
        let scaled = Int((value * power).rounded())
        guard places > 0 else { return String(scaled) }
        let fraction = String(scaled % Int(power))
        return "\(scaled / Int(power))."
            + String(repeating: "0", count: places - fraction.count) + fraction
    }
}

extension Duration {
    /// Creates a duration from a claimed number of seconds, which may be any; at most three
    /// centuries.
    package init(claimedSeconds seconds: Double) {
        let bounded = min(max(seconds.isNaN ? 0 : seconds, 0), ReportLimits.maxJudgedSeconds)
        self = .milliseconds(Int(bounded * 1000))
    }
}
