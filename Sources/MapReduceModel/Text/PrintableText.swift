extension String {
    /// The text without what a terminal would take for a command.
    ///
    /// Such characters are shown as `\u{1B}`; lines and tabs stay. For everything that
    /// comes from a job's name, its code or its files.
    package var printable: String {
        replacing({ $0.isCommand && $0 != "\n" && $0 != "\t" }, with: Self.swiftEscape)
    }

    /// The same in one line: ends of lines and tabs are shown as well.
    package var printableLine: String { replacing(\.isCommand, with: Self.swiftEscape) }

    /// JSON with such characters as `\u001B`, which reads as the same value: in strings alone is
    /// there any of them, besides lines and tabs.
    package var printableJSON: String {
        replacing(
            { $0.isCommand && $0 != "\n" && $0 != "\t" },
            with: Self.jsonEscape
        )
    }

    private static func jsonEscape(_ scalar: Unicode.Scalar) -> String {
        JSONText.codePoint(scalar, uppercase: true)
    }

    private static func swiftEscape(_ scalar: Unicode.Scalar) -> String {
        "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    }

    private func replacing(
        _ isReplaced: (Unicode.Scalar) -> Bool,
        with escape: (Unicode.Scalar) -> String
    ) -> String {
        guard unicodeScalars.contains(where: isReplaced) else { return self }
        var text = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            if isReplaced(scalar) {
                text.append(contentsOf: escape(scalar).unicodeScalars)
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
    ///
    /// All such characters are in the first plane.
    package var isCommand: Bool {
        switch value {
        case 0x20..<0x7F: false
        case 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: properties.generalCategory == .control
        }
    }
}
