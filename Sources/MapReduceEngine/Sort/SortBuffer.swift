internal import CIntrinsics

/// Collects pairs in the order of emission and returns them sorted by partition and key, with pairs
/// of equal keys in the order of emission, within a hard memory budget.
///
///     data:   | key count | value count | key | value |  one pair after another (varints, bytes)
///     index:  | prefix, partition and position |         one `SortEntry` for each pair
@usableFromInline
package final class SortBuffer {
    // One task's thread owns a buffer: exclusivity checks would only cost time.
    @exclusivity(unchecked) private var data: Arena
    private let index: MappedMemory
    private let budget: Int
    private let maxPairCount: Int
    @exclusivity(unchecked) package private(set) var count = 0
    /// How many pairs ahead memory is prefetched: as many as the misses the processor has in
    /// flight.
    private static let prefetchDistance = 12
    private static let indexByteCount = 2 * MemoryLayout<SortEntry>.stride

    /// Reserves the data and the index.
    ///
    /// `memoryByteCount`: the budget for the data, the index, and the spare room for sorting.
    ///
    /// `maxPairCount`: the maximum number of pairs, however small they are.
    package init(memoryByteCount: Int, maxPairCount: Int = .max) throws {
        precondition(maxPairCount > 0, "a buffer has room for a pair")
        budget = memoryByteCount
        self.maxPairCount = maxPairCount
        data = try Arena(byteCount: memoryByteCount)
        index = try MappedMemory(byteCount: memoryByteCount)
    }

    /// Adds a pair.
    /// - Returns: false if the budget does not allow it: spill, call `removeAll()`, and add it
    ///   again.
    @usableFromInline
    package func add(
        key: UnsafeRawBufferPointer,
        value: UnsafeRawBufferPointer,
        partition: Int
    ) -> Bool {
        let byteCount = key.count + value.count + 2 * Varint.maxByteCount
        guard data.used + byteCount + (count + 1) * Self.indexByteCount <= budget,
            count < maxPairCount
        else { return false }
        let position = data.used
        var target = data.base + position
        target += Varint.write(key.count, to: target)
        target += Varint.write(value.count, to: target)
        if let source = key.baseAddress { target.copyMemory(from: source, byteCount: key.count) }
        target += key.count
        if let source = value.baseAddress {
            target.copyMemory(from: source, byteCount: value.count)
        }
        data.used = target + value.count - data.base
        entries[count] = SortEntry(
            prefix: SortEntry.prefix(of: key),
            partition: partition,
            position: position
        )
        count += 1
        return true
    }

    /// Removes every pair but keeps the memory.
    @usableFromInline
    package func removeAll() {
        data.used = 0
        count = 0
    }

    private var entries: UnsafeMutablePointer<SortEntry> {
        index.base.assumingMemoryBound(to: SortEntry.self)
    }

    /// Calls the body with every pair, by partition, key, and order of emission.
    @usableFromInline
    package func forEachSorted(
        partitionCount: Int,
        _ body: (
            _ partition: Int, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
        ) throws -> Void
    ) throws {
        let sorted = UnsafeMutableBufferPointer(start: entries, count: count)
        let spare = UnsafeMutableBufferPointer(start: entries + count, count: count)
        PhaseClock.measure(.sort) {
            EntrySorter(breaker: self).sort(sorted, spare: spare, partitionCount: partitionCount)
        }
        for index in sorted.indices {
            // The pairs are in the order of emission: each one is a cache miss.
            let ahead = sorted[min(index + Self.prefetchDistance, sorted.count - 1)].position
            intrinsics_prefetch(data.base + ahead)
            intrinsics_prefetch(data.base + ahead + 64)
            let entry = sorted[index]
            let pair = pair(at: entry.position)
            try body(entry.partition, pair.key, pair.value)
        }
    }

    @inline(__always)
    private func pair(
        at position: Int
    ) -> (key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        let bytes = UnsafeRawBufferPointer(start: data.base, count: data.used)
        var offset = position
        guard let keyCount = Varint.read(bytes, at: &offset),
            let valueCount = Varint.read(bytes, at: &offset)
        else { preconditionFailure("a pair that was added can be read") }
        return (
            UnsafeRawBufferPointer(start: data.base + offset, count: keyCount),
            UnsafeRawBufferPointer(start: data.base + offset + keyCount, count: valueCount)
        )
    }
}

extension SortBuffer: TieBreaker {
    package func precedes(_ a: SortEntry, _ b: SortEntry) -> Bool {
        let order = compareKeys(pair(at: a.position).key, pair(at: b.position).key)
        return order == 0 ? a.position < b.position : order < 0
    }
}
