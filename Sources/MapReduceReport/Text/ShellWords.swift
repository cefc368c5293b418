/// Words of a command line in a form that can be pasted into a shell.
package enum ShellWords {
    /// Returns the words separated by spaces, each in quotation marks if it needs them.
    package static func text(_ words: [String]) -> String {
        words.map(quoted).joined(separator: " ")
    }

    private static func quoted(_ word: String) -> String {
        let isPlain = word.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || "-_./:=,@%+".unicodeScalars.contains(scalar))
        }
        // An `=` makes the first word an assignment.
        if isPlain, !word.isEmpty { return word }
        return "'"
            + word.split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "'\\''") + "'"
    }
}
