/// A word of an mdoc macro line: the name of a macro, or an argument.
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
    /// Escapes a text so that it is shown as it is.
    ///
    /// A backslash begins an escape, and a dot or an apostrophe at the beginning of a line begins a
    /// macro. A lone dash is shown as a hyphen, and quotes, carets and tildes as typographic
    /// characters, which a shell does not accept: each has an escape for the plain character.
    /// Non-ASCII characters are written by number, so that the reader's encoding does not matter.
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

    /// Returns one argument of a macro, taken neither for a macro's name nor for punctuation.
    static func argument(_ text: String) -> String {
        let isName = 2...3 ~= text.count && text.first?.isUppercase ?? false
        let isPunctuation =
            text.count == 1 && !(text.first?.isLetter ?? true)
            && !(text.first?.isNumber ?? true)
        let word = (isName || isPunctuation ? "\\&" : "") + escaped(text)
        return word.contains(" ") || word.isEmpty ? "\"\(word)\"" : word
    }
}
