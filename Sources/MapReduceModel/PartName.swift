/// The name of one file of an output, relative to the output's directory: `part-00000.tsv`, or
/// `errors/part-00000.csv.gz` for a named output.
package struct PartName: Hashable, Sendable, CustomStringConvertible {
    /// The name of the output, which is also that of its folder; nil for the unnamed output.
    package var output: String?
    /// The number of the task that writes the part.
    package var index: Int
    package var style: OutputStyle

    package init(output: String? = nil, index: Int, style: OutputStyle) {
        self.output = output
        self.index = index
        self.style = style
    }

    /// Parses a name; nil if jobs do not produce such a name.
    package init?(_ text: some StringProtocol) {
        let components = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let file = components.last, components.count <= 2,
            let style = OutputStyle.all.first(where: { file.hasSuffix("." + $0.fileExtension) }),
            let index = Int(file.dropFirst(Self.prefix.count).prefix { $0.isASCII && $0.isNumber })
        else { return nil }
        self.init(
            output: components.count == 2 ? String(components[0]) : nil,
            index: index,
            style: style
        )
        // Rejects every other spelling of the same parts.
        guard description == text, output.map(Self.isOutputName) ?? true else { return nil }
    }

    /// The prefix of the file name of every part.
    package static let prefix = "part-"

    package var description: String {
        let digits = String(index)
        return (output.map { $0 + "/" } ?? "") + Self.prefix
            + String(repeating: "0", count: max(5 - digits.count, 0)) + digits + "."
            + style.fileExtension
    }

    /// The maximum length of an output's name, in bytes: a file name may have 255.
    package static let maxOutputNameByteCount = 100

    /// Whether an output may have this name: ASCII letters, digits, `-` and `_`, beginning with
    /// neither of these two nor with the prefix of parts.
    package static func isOutputName(_ name: some StringProtocol) -> Bool {
        let isLetter = { (byte: UInt8) in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        guard let first = name.utf8.first, isLetter(first), !name.hasPrefix(prefix) else {
            return false
        }
        return name.utf8.count <= maxOutputNameByteCount
            && name.utf8.allSatisfy { isLetter($0) || $0 == 0x2D || $0 == 0x5F }
    }
}
