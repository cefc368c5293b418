/// A partially typed command line, as a shell passes it for completion.
struct CommandLineText {
    /// The words, starting with the command's name, with quotes and backslashes.
    let words: [String]
    /// The directory that `~` stands for.
    let home: String

    /// Joins what bash has split: it passes `http://host:80` as five words, one for each colon and
    /// equals sign and one for each piece in between.
    init(_ words: [String], home: String) {
        var whole: [String] = []
        var isOpen = false
        for word in words {
            let isCut = !word.isEmpty && word.allSatisfy { $0 == ":" || $0 == "=" }
            if let last = whole.indices.last, isCut || isOpen {
                whole[last] += word
            } else {
                whole.append(word)
            }
            isOpen = isCut
        }
        self.words = whole
        self.home = home
    }

    /// Returns the value of an option, `--name value` or `--name=value`, as the shell would pass
    /// it.
    func value(of name: String) -> String? {
        let option = "--\(name)"
        for (index, word) in words.enumerated() {
            if word == option, index + 1 < words.count { return meaning(of: words[index + 1]) }
            if word.hasPrefix(option + "=") {
                return meaning(of: String(word.dropFirst(option.count + 1)))
            }
        }
        return nil
    }

    /// The first number after the subcommand.
    var number: Int? { words.dropFirst(2).lazy.compactMap { Int($0) }.first }

    private func meaning(of word: String) -> String {
        if let quote = word.first, quote == "\"" || quote == "'" {
            let inner = word.dropFirst()
            return String(inner.last == quote ? inner.dropLast() : inner)
        }
        let plain = word.filter { $0 != "\\" }
        return plain.hasPrefix("~/") ? home + plain.dropFirst() : plain
    }
}
