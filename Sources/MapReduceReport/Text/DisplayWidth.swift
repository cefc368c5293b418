/// The number of cells that text takes in a line of a terminal.
///
/// Terminals measure scalars, and so does this: a combining mark takes none, an ideograph or an
/// emoji two. If terminals disagree, as on joined emoji, the result is the larger number: a line
/// may end too early, but never too late.
package enum DisplayWidth {
    package static func cellCount(of scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return scalar.value == 0 ? 0 : 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        // Vowels and final consonants of Hangul, which share the cell of the first consonant.
        if 0x1160...0x11FF ~= scalar.value { return 0 }
        return isWide(scalar) ? 2 : 1
    }

    package static func cellCount(of text: some StringProtocol) -> Int {
        text.unicodeScalars.reduce(0) { $0 + cellCount(of: $1) }
    }

    /// Returns the longest beginning of a text that takes at most `limit` cells.
    package static func prefix(of text: String, cellCount limit: Int) -> String {
        var left = limit
        return String(
            text.prefix { character in
                left -= cellCount(of: String(character))
                return left >= 0
            }
        )
    }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x1100 { return false }
        // The two letters of a flag are emoji of one cell each.
        if scalar.properties.isEmojiPresentation { return !(0x1F1E6...0x1F1FF ~= scalar.value) }
        return wide.contains { $0 ~= scalar.value }
    }

    /// Source: the classes W and F of Unicode's EastAsianWidth.txt, without emoji, and including
    /// unassigned code points within their blocks.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x4DBF,
        0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19,
        0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18D8F, 0x1AFF0...0x1B2FF,
        0x1D300...0x1D376, 0x1F200...0x1F265, 0x20000...0x2FFFD, 0x30000...0x3FFFD,
    ]
}
