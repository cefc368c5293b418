/// Parses numbers from text.
@usableFromInline
package enum NumberText {
    /// Powers of ten that a `Double` holds exactly.
    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    /// Returns the value of a decimal number with an optional fraction or exponent, an infinity, or
    /// a NaN; nil for anything else.
    ///
    /// Up to 18 digits without an exponent, with a value below 2^53, take one division by a power
    /// of ten, which is correctly rounded (Clinger 1990); anything else goes through a String.
    package static func double(_ bytes: UnsafeRawBufferPointer) -> Double? {
        var index = 0
        let isNegative = bytes.first == 0x2D
        if isNegative || bytes.first == 0x2B { index = 1 }
        var digits: UInt64 = 0
        var digitCount = 0
        var scale = 0
        var isFraction = false
        while index < bytes.count {
            let byte = bytes[index]
            if byte >= 0x30, byte <= 0x39 {
                guard digitCount < 18 else { return parsed(bytes) }
                digits = digits &* 10 &+ UInt64(byte &- 0x30)
                digitCount &+= 1
                if isFraction { scale &+= 1 }
            } else if byte == 0x2E, !isFraction {
                isFraction = true
            } else {
                return parsed(bytes)
            }
            index &+= 1
        }
        guard digitCount > 0 else { return parsed(bytes) }
        guard digits < 1 << 53, scale < powers.count else { return parsed(bytes) }
        let value = Double(digits) / powers[scale]
        return isNegative ? -value : value
    }

    /// Returns the integer that ASCII digits with an optional sign stand for; nil if there is
    /// anything else or the number does not fit.
    @inlinable
    package static func int(_ bytes: UnsafeRawBufferPointer) -> Int? {
        let isNegative = bytes.first == 0x2D
        let rest = isNegative || bytes.first == 0x2B ? bytes.dropFirst() : bytes[...]
        guard !rest.isEmpty else { return nil }
        var value = 0
        for byte in rest {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let digit = Int(byte &- 0x30)
            // Subtracts, because the least number has no positive counterpart.
            let (sum, overflowed) = product.subtractingReportingOverflow(digit)
            if overflow || overflowed { return nil }
            value = sum
        }
        if isNegative { return value }
        return value == .min ? nil : -value
    }

    private static func parsed(_ bytes: UnsafeRawBufferPointer) -> Double? {
        // Swift's own parser also accepts hexadecimal numbers.
        guard !bytes.contains(where: { $0 | 0x20 == 0x78 }) else { return nil }
        return Double(String(decoding: bytes, as: UTF8.self))
    }
}
