/// A text in mdoc(7), the language of manual pages, built line by line.
struct Mdoc {
    private(set) var text = ""

    /// Adds a line of markup that is the same on every page.
    mutating func markup(_ line: String) { text += line + "\n" }

    /// Adds a line of nested macros, such as `Op Fl -output Ar file`.
    mutating func macros(_ words: [MdocWord]) {
        text += "." + words.map(\.text).joined(separator: " ") + "\n"
    }

    /// Adds a line of prose, with each sentence on its own line, as mdoc requires.
    mutating func prose(_ line: String) {
        var sentence = ""
        for word in line.split(separator: " ") {
            sentence += (sentence.isEmpty ? "" : " ") + word
            let end = word.last { $0 != ")" }
            guard end == "." || end == "!" || end == "?" else { continue }
            text += Self.escaped(sentence) + "\n"
            sentence = ""
        }
        if !sentence.isEmpty { text += Self.escaped(sentence) + "\n" }
    }

    /// Adds literal input, on its own lines.
    mutating func display(_ lines: [String]) {
        markup(".Bd -literal -offset indent")
        for line in lines { text += Self.escaped(line) + "\n" }
        markup(".Ed")
    }

    /// Adds paragraphs of a help text; lines that begin with spaces are literal input.
    mutating func paragraphs(_ text: String) {
        var typed: [String] = []
        var isFirst = true
        for line in text.split(separator: "\n") {
            if line.hasPrefix("  ") {
                typed.append(String(line.drop { $0 == " " }))
                continue
            }
            if !typed.isEmpty { display(typed) }
            typed = []
            if !isFirst { markup(".Pp") }
            isFirst = false
            prose(String(line))
        }
        if !typed.isEmpty { display(typed) }
    }

    /// Adds a list of terms with their descriptions.
    mutating func list(_ items: [(term: String, text: String)]) {
        markup(".Bl -tag -width Ds")
        for (term, text) in items {
            macros([.macro("It"), .argument(term)])
            prose(text)
        }
        markup(".El")
    }
}
