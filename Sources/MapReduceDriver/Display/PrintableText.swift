extension String {
    /// The text without what a terminal would take for a command.
    ///
    /// Such characters are shown as `\u{1B}`; lines and tabs stay. For everything that
    /// comes from a job's name, its code or its files.
    package var printable: String { printable { $0 == "\n" || $0 == "\t" } }

    /// The same in one line: ends of lines and tabs are shown as well.
    package var printableLine: String { printable { _ in false } }

    private func printable(keeping isKept: (Unicode.Scalar) -> Bool) -> String {
        guard unicodeScalars.contains(where: { $0.isCommand && !isKept($0) }) else { return self }
        var text = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            if scalar.isCommand, !isKept(scalar) {
                let code = String(scalar.value, radix: 16, uppercase: true)
                text.append(contentsOf: "\\u{\(code)}".unicodeScalars)
            } else {
                text.append(scalar)
            }
        }
        return String(text)
    }
}

extension Unicode.Scalar {
    /// Whether it does something to a terminal in place of being shown: control characters, ends of
    /// lines and paragraphs, and what turns the direction of the text around it.
    fileprivate var isCommand: Bool {
        switch value {
        case 0x20..<0x7F: false
        case 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: properties.generalCategory == .control
        }
    }
}
