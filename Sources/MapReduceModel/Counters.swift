/// Named sums, kept sorted by name.
///
/// A job's counters are the sums over its winning attempts.
package struct Counters: Hashable, Codable, Sendable {
    /// A name with its sum.
    package struct Entry: Hashable, Codable, Sendable {
        package var name: String
        package var value: Int
    }

    package private(set) var entries: [Entry] = []

    package init() {}

    /// Decodes counters, sorted and with each name once, whatever the input's order.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let decoded = try container.decode([Entry].self, forKey: .entries)
        for entry in decoded.sorted(by: { $0.name < $1.name }) { add(entry.value, to: entry.name) }
    }

    /// Adds to the counter with this name; sums wrap instead of trapping.
    ///
    /// Cost: a binary search.
    package mutating func add(_ amount: Int, to name: String) {
        let index = position(of: name)
        if index < entries.count, entries[index].name == name {
            entries[index].value &+= amount
        } else {
            entries.insert(Entry(name: name, value: amount), at: index)
        }
    }

    /// A counter that a closure may not have.
    package enum LimitError: Error, CustomStringConvertible {
        case longName(String)
        case tooMany(last: String)

        package var description: String {
            switch self {
            case .longName(let name):
                "the name of a counter has \(name.utf8.count) bytes, and at most "
                    + "\(TaskReportLimits.maxCounterNameByteCount) are allowed: "
                    + "\(name.cut(toByteCount: TaskReportLimits.maxCounterNameByteCount)); count "
                    + "under a short, fixed name, and emit what depends on the record"
            case .tooMany(let last):
                "a task has more than \(TaskReportLimits.maxCounterCount) counters; the last is "
                    + "\(last). Count under a few fixed names, and emit what depends on the record"
            }
        }
    }

    /// Adds to the counter with this name, which a closure has chosen.
    ///
    /// Cost: a binary search.
    /// - Throws: `LimitError` if the name is too long, or if there are too many names.
    package mutating func add(_ amount: Int, toNew name: String) throws(LimitError) {
        let index = position(of: name)
        if index < entries.count, entries[index].name == name {
            entries[index].value &+= amount
            return
        }
        if name.utf8.count > TaskReportLimits.maxCounterNameByteCount { throw .longName(name) }
        if entries.count >= TaskReportLimits.maxCounterCount { throw .tooMany(last: name) }
        entries.insert(Entry(name: name, value: amount), at: index)
    }

    /// Adds every counter of another set.
    package mutating func add(_ other: Counters) {
        for entry in other.entries { add(entry.value, to: entry.name) }
    }

    /// Subtracts every counter of another set that was added before.
    package mutating func subtract(_ other: Counters) {
        for entry in other.entries {
            add(0 &- entry.value, to: entry.name)
            // A counter of 0 is the same as one that was never added.
            let index = position(of: entry.name)
            if entries[index].value == 0 { entries.remove(at: index) }
        }
    }

    /// The sum for this name; 0 if nothing was counted.
    package subscript(name: String) -> Int {
        let index = position(of: name)
        guard index < entries.count, entries[index].name == name else { return 0 }
        return entries[index].value
    }

    private func position(of name: String) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].name < name { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// The names of the engine's own counters.
package enum BuiltInCounter {
    /// The prefix of users' counters.
    package static let userPrefix = "user."
    /// Records of input files that were read, bad ones included.
    package static let recordsRead = "records.read"
    /// Records that were skipped because the user's code failed at them.
    package static let recordsBad = "records.bad"
    /// Records of input files that the user's code rejected.
    package static let recordsRejected = "records.rejected"
    /// Bytes of the pieces of input files that were read, as stored.
    package static let bytesRead = "bytes.read"
    /// Pairs that a shuffling stage's steps emitted, before they were combined.
    package static let pairsEmitted = "pairs.emitted"
    /// Pairs in the segments that a shuffling stage wrote.
    package static let pairsShuffled = "pairs.shuffled"
    /// Bytes of the runs that hold them.
    package static let bytesShuffled = "bytes.shuffled"
    /// Pairs that a stage read from segments.
    package static let pairsReceived = "pairs.received"
    /// Bytes of those segments, as stored.
    package static let bytesReceived = "bytes.received"
    /// Records in output files.
    package static let recordsWritten = "records.written"
    /// Bytes in output files.
    package static let bytesWritten = "bytes.written"
    /// Runs that were written because a task's memory was full.
    package static let spills = "spills"
    /// Merges of runs that were needed because there were more than the merge width.
    package static let mergePasses = "merge.passes"
}
