/// A word of a line of macros: the name of one, or what one is given.
enum MdocWord {
    case macro(String)
    case argument(String)

    var text: String {
        switch self {
        case .macro(let name): name
        case .argument(let text): Mdoc.argument(text)
        }
    }
}

extension Mdoc {
    /// A text that is shown as it is.
    ///
    /// A backslash begins an escape, and a dot or an apostrophe at the beginning of a line a macro.
    /// A dash alone is shown as a hyphen, and quotes, carets and tildes as the typographic ones,
    /// which a shell does not take for what is meant: each has an escape for the plain sign. What
    /// is not ASCII is named by its number, whatever encoding a reader has.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars { escaped += self.escaped(scalar) }
        return escaped.hasPrefix(".") ? "\\&" + escaped : escaped
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\\": "\\e"
        case "-": "\\-"
        case "'": "\\(aq"
        case "`": "\\(ga"
        case "^": "\\(ha"
        case "~": "\\(ti"
        case "\"": "\\(dq"
        case "\t", "\n", "\r": " "
        case " "..."~": String(scalar)
        default:
            "\\[u\(String(repeating: "0", count: max(0, 4 - hexadecimal(scalar).count)))"
                + "\(hexadecimal(scalar))]"
        }
    }

    private static func hexadecimal(_ scalar: Unicode.Scalar) -> String {
        String(scalar.value, radix: 16, uppercase: true)
    }

    /// One argument of a macro: neither taken for the name of another one, nor for punctuation.
    static func argument(_ text: String) -> String {
        let isName = 2...3 ~= text.count && text.first?.isUppercase ?? false
        let isPunctuation =
            text.count == 1 && !(text.first?.isLetter ?? true)
            && !(text.first?.isNumber ?? true)
        let word = (isName || isPunctuation ? "\\&" : "") + escaped(text)
        return word.contains(" ") || word.isEmpty ? "\"\(word)\"" : word
    }
}
