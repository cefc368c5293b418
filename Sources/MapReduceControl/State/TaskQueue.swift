/// A queue of task indexes, the lowest first.
///
/// Cost: logarithmic. Source: binary heap (Williams 1964).
package struct TaskQueue: Hashable, Sendable {
    private var heap: [Int]

    /// An ascending range is already a heap.
    init(_ range: Range<Int>) { heap = Array(range) }

    package var isEmpty: Bool { heap.isEmpty }
    package var count: Int { heap.count }
    package var first: Int? { heap.first }

    /// Returns the first index and others near the front, at most `count`, in ascending order.
    package func front(_ count: Int) -> [Int] { heap.prefix(count).sorted() }

    mutating func insert(_ index: Int) {
        heap.append(index)
        rise(from: heap.count - 1)
    }

    /// Removes an index, if it is in the queue.
    ///
    /// Cost: logarithmic for the first index; for any other, linear in its distance from the front.
    mutating func remove(_ index: Int) {
        guard let position = heap.firstIndex(of: index) else { return }
        heap[position] = heap[heap.count - 1]
        heap.removeLast()
        guard position < heap.count else { return }
        rise(from: position)
        sink(from: position)
    }

    private mutating func rise(from position: Int) {
        var child = position
        while child > 0, heap[child] < heap[(child - 1) / 2] {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func sink(from position: Int) {
        var parent = position
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { return }
            let right = left + 1
            let child = right < heap.count && heap[right] < heap[left] ? right : left
            guard heap[child] < heap[parent] else { return }
            heap.swapAt(parent, child)
            parent = child
        }
    }
}
