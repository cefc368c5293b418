/// Text in the language of manual pages, mdoc(7), as it is put together line by line.
struct Mdoc {
    private(set) var text = ""

    /// A line of markup that is the same on every page.
    mutating func markup(_ line: String) { text += line + "\n" }

    /// A line of macros that are called one in another, as `Op Fl -output Ar file`.
    mutating func macros(_ words: [MdocWord]) {
        text += "." + words.map(\.text).joined(separator: " ") + "\n"
    }

    /// A line of prose: each sentence on a line of its own, as the language asks for.
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

    /// What is typed, on lines of its own.
    mutating func display(_ lines: [String]) {
        markup(".Bd -literal -offset indent")
        for line in lines { text += Self.escaped(line) + "\n" }
        markup(".Ed")
    }

    /// Paragraphs of a help text: lines that begin with spaces are what is typed.
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

    /// A list of terms with what is said of each.
    mutating func list(_ items: [(term: String, text: String)]) {
        markup(".Bl -tag -width Ds")
        for (term, text) in items {
            macros([.macro("It"), .argument(term)])
            prose(text)
        }
        markup(".El")
    }
}
