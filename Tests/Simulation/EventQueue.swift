internal import MapReduceModel

/// What will happen, the earliest first; of what happens at one moment, what was planned first.
///
/// Source: binary heap (Williams 1964).
struct EventQueue<Event> {
    private var heap: [Entry] = []
    private var nextNumber = 0

    private struct Entry {
        let at: Instant
        let number: Int
        let event: Event

        func precedes(_ other: Entry) -> Bool {
            at == other.at ? number < other.number : at < other.at
        }
    }

    mutating func add(_ event: Event, at instant: Instant) {
        heap.append(Entry(at: instant, number: nextNumber, event: event))
        nextNumber += 1
        var child = heap.count - 1
        while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes the first event.
    mutating func next() -> (at: Instant, event: Event)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return (first.at, first.event)
    }

    private mutating func sink() {
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { return }
            let right = left + 1
            let child = right < heap.count && heap[right].precedes(heap[left]) ? right : left
            guard heap[child].precedes(heap[parent]) else { return }
            heap.swapAt(parent, child)
            parent = child
        }
    }
}
