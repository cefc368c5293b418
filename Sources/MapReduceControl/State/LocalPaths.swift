internal import MapReduceModel

/// The workers that have files on their own disks, by prefixes of the files' paths.
struct LocalPaths: Hashable, Sendable {
    /// In the byte order of the prefixes; each prefix occurs once.
    private var entries: [Entry] = []

    private struct Entry: Hashable, Sendable {
        let beginning: [UInt8]
        var workers: [WorkerID]
    }

    /// Cost: linear in the number of prefixes.
    mutating func add(_ worker: WorkerID, _ paths: [String]) {
        for path in paths {
            let beginning = Array(path.utf8)
            let index = entries.partitioningIndex {
                !$0.beginning.lexicographicallyPrecedes(beginning)
            }
            if index < entries.count, entries[index].beginning == beginning {
                entries[index].workers.append(worker)
            } else {
                entries.insert(Entry(beginning: beginning, workers: [worker]), at: index)
            }
        }
    }

    /// Cost: linear in the number of prefixes and workers.
    mutating func remove(_ workers: [WorkerID]) {
        guard !entries.isEmpty else { return }
        let removed = workers.sorted()
        for index in entries.indices {
            entries[index].workers.removeAll { removed.containsSorted($0) }
        }
        entries.removeAll { $0.workers.isEmpty }
    }

    /// Returns the workers that have a file, in no particular order; a worker may occur more than
    /// once.
    ///
    /// Cost: a binary search for each prefix that matches, and for each that nearly does.
    func workers(with path: String) -> [WorkerID] {
        if entries.isEmpty { return [] }
        var found: [WorkerID] = []
        var rest = Array(path.utf8)[...]
        while true {
            // The matching prefixes come before the path or equal it, the longest one last.
            let end = entries.partitioningIndex { rest.lexicographicallyPrecedes($0.beginning) }
            guard end > 0 else { return found }
            let beginning = entries[end - 1].beginning
            let common = zip(beginning, rest).prefix { $0 == $1 }.count
            if common < beginning.count {
                // A match is no longer than what they have in common, or else it would come between
                // them.
                rest = rest.prefix(common)
            } else {
                found += entries[end - 1].workers
                if common == 0 { return found }
                rest = rest.prefix(common - 1)
            }
        }
    }
}
