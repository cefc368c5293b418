extension String {
    /// The text with characters that a terminal would interpret as commands made visible.
    ///
    /// Such characters are shown as `\u{1B}`; newlines and tabs stay. Used for everything that
    /// comes from a job's name, its code or its files.
    package var printable: String {
        replacing({ $0.isCommand && $0 != "\n" && $0 != "\t" }, with: Self.swiftEscape)
    }

    /// The same in one line: newlines and tabs are escaped as well.
    package var printableLine: String { replacing(\.isCommand, with: Self.swiftEscape) }

    /// JSON with such characters as `\u001B`, which decodes to the same value: apart from newlines
    /// and tabs, they occur only in strings.
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
    /// Whether it controls a terminal instead of being shown: control characters, line and
    /// paragraph separators, and characters that change the direction of the text around them.
    ///
    /// All such characters are in the Basic Multilingual Plane.
    package var isCommand: Bool {
        switch value {
        case 0x20..<0x7F: false
        case 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: properties.generalCategory == .control
        }
    }
}
