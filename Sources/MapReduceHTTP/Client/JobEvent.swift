package import MapReduceControl

/// A journal entry with its number.
package struct JobEvent: Codable, Sendable {
    package let number: Int
    package let entry: JournalEntry

    package init(number: Int, entry: JournalEntry) {
        self.number = number
        self.entry = entry
    }
}
