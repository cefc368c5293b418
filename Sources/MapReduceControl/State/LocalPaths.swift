internal import MapReduceModel

/// Which workers have which files on their own disks, told by how the paths of those files begin.
struct LocalPaths: Hashable, Sendable {
    /// In the order of the bytes of the beginnings, each of which comes once.
    private var entries: [Entry] = []

    private struct Entry: Hashable, Sendable {
        let beginning: [UInt8]
        var workers: [WorkerID]
    }

    /// Cost: linear in the number of beginnings.
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

    /// Cost: linear in the number of beginnings and workers.
    mutating func remove(_ workers: [WorkerID]) {
        guard !entries.isEmpty else { return }
        let removed = workers.sorted()
        for index in entries.indices {
            entries[index].workers.removeAll { removed.containsSorted($0) }
        }
        entries.removeAll { $0.workers.isEmpty }
    }

    /// The workers that have a file, in no order; a worker may come more than once.
    ///
    /// Cost: a binary search for each beginning that fits, and for each that nearly does.
    func workers(with path: String) -> [WorkerID] {
        if entries.isEmpty { return [] }
        var found: [WorkerID] = []
        var rest = Array(path.utf8)[...]
        while true {
            // The beginnings that fit come before the path or are the path, the longest one last.
            let end = entries.partitioningIndex { rest.lexicographicallyPrecedes($0.beginning) }
            guard end > 0 else { return found }
            let beginning = entries[end - 1].beginning
            let common = zip(beginning, rest).prefix { $0 == $1 }.count
            if common < beginning.count {
                // What fits has no more than they have in common: it would come between them.
                rest = rest.prefix(common)
            } else {
                found += entries[end - 1].workers
                if common == 0 { return found }
                rest = rest.prefix(common - 1)
            }
        }
    }
}
