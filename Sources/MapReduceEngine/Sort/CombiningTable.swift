/// A hash table of keys with one value each, within a hard memory budget.
///
///     slot, 32 bytes:  | word0 | word1 | value | hash |
///
///     a key of at most 15 bytes:  word0, word1 = `ShortKey`
///     a longer key:               word0 = its offset in the arena, word1 = 0xFF << 56 | byte count
///     value:                      8 bytes of the value itself, or its offset in the arena
///
/// Probing is linear, and at most half of the slots are taken. Short keys arrive in batches, so
/// that the caller that collects a batch can prefetch the slots and the cache misses overlap.
///
/// Source: open addressing with linear probing (Knuth, TAOCP 6.4, algorithm L).
@usableFromInline
package final class CombiningTable {
    /// A key with its value; all zeros is an empty slot.
    @frozen
    @usableFromInline
    package struct Slot {
        @usableFromInline package var word0: UInt64
        @usableFromInline package var word1: UInt64
        @usableFromInline package var value: UInt64
        @usableFromInline package var hash: UInt64

        @inlinable
        @inline(__always)
        package init(word0: UInt64, word1: UInt64, value: UInt64, hash: UInt64) {
            self.word0 = word0
            self.word1 = word1
            self.value = value
            self.hash = hash
        }
    }

    // One task's thread owns a table: exclusivity checks would only cost time.
    @exclusivity(unchecked) @usableFromInline package private(set) var slots:
        UnsafeMutablePointer<Slot>
    /// The number of slots, a power of two, minus one.
    @exclusivity(unchecked) @usableFromInline package private(set) var mask: UInt64
    /// The number of keys in the table.
    @exclusivity(unchecked) @usableFromInline package private(set) var count = 0
    /// A sink for touched slots, so that touching them is not optimized away.
    @exclusivity(unchecked) private var touched: UInt64 = 0
    private var slotMemory: MappedMemory
    @exclusivity(unchecked) private var arena: Arena
    private var index: MappedMemory?
    private let budget: Int
    private let maxKeyCount: Int

    /// Reserves the initial slots and the arena.
    ///
    /// `memoryByteCount`: the budget for the slots, the arena, and the index that sorts them.
    ///
    /// `maxKeyCount`: once the table has this many keys, no more can be added.
    package init(memoryByteCount: Int, maxKeyCount: Int = .max) throws {
        precondition(maxKeyCount > 0, "a table has room for a key")
        budget = memoryByteCount
        self.maxKeyCount = maxKeyCount
        slotMemory = try Self.memory(capacity: EngineLimits.initialTableCapacity)
        slots = slotMemory.base.assumingMemoryBound(to: Slot.self)
        mask = UInt64(EngineLimits.initialTableCapacity - 1)
        arena = try Arena(byteCount: memoryByteCount)
    }

    private var capacity: Int { Int(mask) + 1 }

    private static func memory(capacity: Int) throws -> MappedMemory {
        try MappedMemory(byteCount: capacity * MemoryLayout<Slot>.stride)
    }

    /// Returns the bytes that a table with N slots needs, including the index for sorting it (two
    /// 16-byte entries for every second slot).
    private static func byteCount(capacity: Int) -> Int { capacity * 48 }

    /// Ensures that N keys and N bytes can be added.
    /// - Returns: false if the budget does not allow it: spill, then call `removeAll()`.
    @usableFromInline
    package func makeRoom(keys: Int, arenaBytes: Int = 0) throws -> Bool {
        let needed = arena.used + arenaBytes
        guard Self.byteCount(capacity: capacity) + needed <= budget, count < maxKeyCount else {
            return false
        }
        if (count + keys) * 2 <= capacity { return true }
        // While the table grows, the old slots exist next to the new ones.
        let largest = max(Self.byteCount(capacity: capacity * 2), capacity * 96)
        guard largest + needed <= budget else { return false }
        try PhaseClock.measure(.sort) { try grow() }
        return true
    }

    private func grow() throws {
        let old = slots
        let oldCapacity = capacity
        let memory = try Self.memory(capacity: oldCapacity * 2)
        slots = memory.base.assumingMemoryBound(to: Slot.self)
        mask = UInt64(oldCapacity * 2 - 1)
        for index in 0..<oldCapacity where old[index].word1 != 0 {
            var place = old[index].hash & mask
            while slots[Int(truncatingIfNeeded: place)].word1 != 0 { place = (place &+ 1) & mask }
            slots[Int(truncatingIfNeeded: place)] = old[index]
        }
        slotMemory = memory
    }

    /// Removes every key but keeps the memory.
    @usableFromInline
    package func removeAll() {
        PhaseClock.measure(.sort) {
            _ = slotMemory.base.initializeMemory(
                as: UInt8.self,
                repeating: 0,
                count: capacity * MemoryLayout<Slot>.stride
            )
        }
        count = 0
        arena.used = 0
    }

    /// Releases the slots that an empty table has gained by growing: to make room for a large pair,
    /// or so that the next task spills at the same point as it would have without this one.
    @usableFromInline
    package func shrink() throws {
        precondition(count == 0, "only an empty table shrinks")
        slotMemory = try Self.memory(capacity: EngineLimits.initialTableCapacity)
        slots = slotMemory.base.assumingMemoryBound(to: Slot.self)
        mask = UInt64(EngineLimits.initialTableCapacity - 1)
    }

    /// Adds a batch of short keys, for which `makeRoom(keys:)` has made room.
    ///
    /// `key`: receives the words of a key before its values are merged, because merging may trap.
    /// This costs two stores that nothing waits for.
    @inlinable
    @inline(__always)
    package func add(
        _ batch: UnsafeMutablePointer<Slot>,
        count batchCount: Int,
        noting key: UnsafeMutablePointer<UInt64>,
        merging merge: (_ old: UInt64, _ new: UInt64) -> UInt64
    ) {
        let slots = self.slots
        let mask = self.mask
        var added = 0
        for index in 0..<batchCount {
            let pair = batch + index
            var place = pair.pointee.hash & mask
            while true {
                let slot = slots + Int(truncatingIfNeeded: place)
                if slot.pointee.word0 == pair.pointee.word0,
                    slot.pointee.word1 == pair.pointee.word1
                {
                    key[0] = slot.pointee.word0.littleEndian
                    key[1] = slot.pointee.word1.littleEndian
                    slot.pointee.value = merge(slot.pointee.value, pair.pointee.value)
                    break
                }
                if slot.pointee.word1 == 0 {
                    slot.pointee = pair.pointee
                    added &+= 1
                    break
                }
                place = (place &+ 1) & mask
            }
        }
        didAdd(added)
    }

    @usableFromInline
    package func didAdd(_ added: Int) { count += added }

    /// Returns the slot of a key of any length, and takes one if the key is new; `makeRoom` has
    /// made room for one key and, for a long key, for its bytes.
    @usableFromInline
    package func slot(
        of key: UnsafeRawBufferPointer
    ) -> (slot: UnsafeMutablePointer<Slot>, isNew: Bool) {
        let hash = KeyHash.hash(key)
        if key.count <= ShortKey.maxByteCount {
            let short = ShortKey(exactly: key)
            return slot(hash: hash) {
                $0.word0 == short.word0 && $0.word1 == short.word1
            } new: {
                Slot(word0: short.word0, word1: short.word1, value: 0, hash: hash)
            }
        }
        let tag = 0xFF &<< 56 | UInt64(key.count)
        return slot(hash: hash) { slot in
            slot.hash == hash && slot.word1 == tag
                && arena.holds(key, at: Int(truncatingIfNeeded: slot.word0))
        } new: {
            Slot(word0: UInt64(arena.append(key)), word1: tag, value: 0, hash: hash)
        }
    }

    @inline(__always)
    private func slot(
        hash: UInt64,
        isMatch: (Slot) -> Bool,
        new: () -> Slot
    ) -> (slot: UnsafeMutablePointer<Slot>, isNew: Bool) {
        var place = hash & mask
        while true {
            let slot = slots + Int(truncatingIfNeeded: place)
            if slot.pointee.word1 == 0 {
                slot.pointee = new()
                count += 1
                return (slot, true)
            }
            if isMatch(slot.pointee) { return (slot, false) }
            place = (place &+ 1) & mask
        }
    }

    /// Stores an encoded value in the arena; `makeRoom` has made room for its bytes and 8 more.
    /// - Returns: the value to store in a slot.
    @usableFromInline
    package func store(_ value: UnsafeRawBufferPointer) -> UInt64 {
        let length = UInt64(value.count)
        let offset = withUnsafeBytes(of: length) { arena.append($0) }
        _ = arena.append(value)
        return UInt64(offset)
    }

    /// Replaces a stored encoded value with one that is not longer.
    /// - Returns: false, without doing anything, if the new value is longer.
    @usableFromInline
    package func replace(_ old: UInt64, with value: UnsafeRawBufferPointer) -> Bool {
        guard value.count <= stored(old).count else { return false }
        let start = arena.base + Int(old)
        start.storeBytes(of: UInt64(value.count), as: UInt64.self)
        if let source = value.baseAddress {
            (start + 8).copyMemory(from: source, byteCount: value.count)
        }
        return true
    }

    /// Returns whether N bytes can be stored without a spill.
    @usableFromInline
    package func hasRoom(arenaBytes: Int) -> Bool {
        Self.byteCount(capacity: capacity) + arena.used + arenaBytes <= budget
    }

    /// Returns the encoded value that `store` put at a place; valid until `removeAll()`.
    @usableFromInline
    package func stored(_ value: UInt64) -> UnsafeRawBufferPointer {
        let start = arena.base + Int(value)
        let count = Int(start.loadUnaligned(as: UInt64.self))
        return UnsafeRawBufferPointer(start: start + 8, count: count)
    }

    /// Calls the body with every taken slot, by partition and then by key.
    ///
    /// The key's bytes are valid only during the call.
    @usableFromInline
    package func forEachSorted(
        partitionCount: Int,
        _ body: (_ partition: Int, _ key: UnsafeRawBufferPointer, _ value: UInt64) throws -> Void
    ) throws {
        let entries = try PhaseClock.measure(.sort) {
            try sortedEntries(partitionCount: partitionCount)
        }
        // Slots are far apart: those of a few upcoming entries are touched together.
        for start in stride(from: 0, to: entries.count, by: 32) {
            let end = min(start + 32, entries.count)
            var touched: UInt64 = 0
            for index in start..<end { touched ^= slots[entries[index].position].value }
            self.touched = touched
            for index in start..<end {
                let entry = entries[index]
                try body(entry.partition, key(at: entry.position), slots[entry.position].value)
            }
        }
    }

    /// Returns an entry for each taken slot, by partition and then by key; valid until the table
    /// changes.
    private func sortedEntries(
        partitionCount: Int
    ) throws -> UnsafeMutableBufferPointer<SortEntry> {
        let spareOffset = count * MemoryLayout<SortEntry>.stride
        let memory = try indexMemory(byteCount: max(2 * spareOffset, 1))
        let base = memory.base.assumingMemoryBound(to: SortEntry.self)
        let spare = (memory.base + spareOffset).assumingMemoryBound(to: SortEntry.self)
        var next = 0
        for position in 0..<capacity where slots[position].word1 != 0 {
            guard next < count else {
                next += 1
                continue
            }
            let slot = slots[position]
            let prefix =
                slot.word1 &>> 56 == 0xFF
                ? SortEntry.prefix(of: key(at: position))
                : UInt64(littleEndian: slot.word0).byteSwapped
            base[next] = SortEntry(
                prefix: prefix,
                partition: KeyHash.partition(ofHash: slot.hash, count: partitionCount),
                position: position
            )
            next += 1
        }
        guard next == count else {
            throw EngineError(
                .notConserved,
                "the combining table holds \(next) keys, and \(count) were added"
            )
        }
        let entries = UnsafeMutableBufferPointer(start: base, count: count)
        EntrySorter(breaker: self).sort(
            entries,
            spare: UnsafeMutableBufferPointer(start: spare, count: count),
            partitionCount: partitionCount
        )
        return entries
    }

    private func indexMemory(byteCount: Int) throws -> MappedMemory {
        if let index, index.byteCount >= byteCount { return index }
        let memory = try MappedMemory(byteCount: byteCount)
        index = memory
        return memory
    }

    @inline(__always)
    private func key(at position: Int) -> UnsafeRawBufferPointer {
        let slot = slots + position
        let tag = slot.pointee.word1 &>> 56
        if tag == 0xFF {
            return UnsafeRawBufferPointer(
                start: arena.base + Int(truncatingIfNeeded: slot.pointee.word0),
                count: Int(slot.pointee.word1 & (1 &<< 56 &- 1))
            )
        }
        return UnsafeRawBufferPointer(start: slot, count: Int(tag) - 1)
    }
}

extension CombiningTable: TieBreaker {
    package func precedes(_ a: SortEntry, _ b: SortEntry) -> Bool {
        compareKeys(key(at: a.position), key(at: b.position)) < 0
    }
}
