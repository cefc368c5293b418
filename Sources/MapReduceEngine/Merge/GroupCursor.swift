package import MapReduceModel

/// Steps through pairs one group at a time: a group is the pairs of one key.
///
/// Values are streamed, so a group may be larger than memory.
///
///     while try groups.nextGroup() {          // skips what is left of the group before
///         while try groups.nextValue() { … groups.value … }
///     }
@usableFromInline
package final class GroupCursor {
    private let pairs: any PairCursor
    /// The task's clock; outside of tasks, one that is never read.
    private let clock = PhaseClock.current ?? PhaseClock()
    private let sampler: Sampler
    // One task's thread owns a cursor: exclusivity checks would only cost time.
    @exclusivity(unchecked) private var keyBytes: UnsafeMutableRawBufferPointer
    @exclusivity(unchecked) private var keyCount = 0
    @exclusivity(unchecked) private var keyHash: UInt64 = 0
    /// The sum of the hashes of the pairs seen so far.
    @exclusivity(unchecked) private var hashSum: UInt64 = 0
    @exclusivity(unchecked) private var state = State.beforeFirst
    /// The number of pairs of the current group seen so far.
    @exclusivity(unchecked) private var groupCount = 0
    /// Whether a pass over the values of the current group has begun.
    @exclusivity(unchecked) private var isPassBegun = false
    /// The key with the most pairs so far, among groups that have ended.
    private var heaviestKey: [UInt8] = []
    @exclusivity(unchecked) private var heaviestCount = 0
    private let counter: UnsafeMutablePointer<Int>
    private let ownsCounter: Bool

    private enum State {
        case beforeFirst
        /// The underlying cursor is at a pair of this group that has not been returned.
        case atUnreadValue
        /// The underlying cursor is at a pair of this group that was returned.
        case atReadValue
        /// The underlying cursor is at the first pair of the next group.
        case atNextGroup
        case ended
    }

    /// `counter`: where pairs are counted, starting from 0; if nil, they are counted only here.
    package init(_ pairs: any PairCursor, counter: UnsafeMutablePointer<Int>? = nil) {
        self.pairs = pairs
        sampler = clock.sampler(.merge)
        ownsCounter = counter == nil
        self.counter = counter ?? .allocate(capacity: 1)
        self.counter.pointee = 0
        keyBytes = .allocate(byteCount: 64, alignment: 8)
    }

    deinit {
        keyBytes.deallocate()
        if ownsCounter { counter.deallocate() }
    }

    /// The key of the group; valid until the next `nextGroup()`.
    @usableFromInline package var key: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: keyBytes.baseAddress, count: keyCount)
    }

    /// The current value; valid until the next `nextValue()` or `nextGroup()`.
    @usableFromInline package var value: UnsafeRawBufferPointer { pairs.value }

    /// The key with the most pairs seen so far, and their number; the first one if several tie.
    package var heaviest: (key: [UInt8], count: Int) {
        groupCount > heaviestCount ? (Array(key), groupCount) : (heaviestKey, heaviestCount)
    }

    /// The count and hash sum of the pairs seen so far.
    package var seen: PairChecksum { PairChecksum(count: counter.pointee, hashSum: hashSum) }

    /// Moves to the next group, skipping the values that were not requested.
    /// - Returns: false at the end.
    @usableFromInline
    package func nextGroup() throws -> Bool {
        if sampler.isDue {
            let sample = sampler.begin()
            defer { sampler.end(sample) }
            return try nextGroup()
        }
        switch state {
        case .beforeFirst:
            guard try pairs.next() else {
                state = .ended
                return false
            }
        case .atUnreadValue, .atReadValue:
            while try moveToValue() {}
            if case .ended = state { return false }
        case .atNextGroup: break
        case .ended: return false
        }
        if groupCount > heaviestCount { noteHeaviest() }
        groupCount = 0
        isPassBegun = false
        remember(pairs.key)
        state = .atUnreadValue
        return true
    }

    /// The number of values of the current group that were read.
    @usableFromInline package var readCount: Int { groupCount }

    /// Records that a pass over the values of the group begins here; there can be only one.
    ///
    /// `goingOn`: whether the caller knows the values that were already read.
    /// - Returns: false if a pass has already begun, or if values were read that the caller does
    ///   not know.
    @usableFromInline
    package func beginPass(goingOn: Bool) -> Bool {
        if isPassBegun || (groupCount > 0 && !goingOn) { return false }
        isPassBegun = true
        return true
    }

    /// Moves to the next value of the group.
    /// - Returns: false at the group's end.
    @usableFromInline
    package func nextValue() throws -> Bool {
        if sampler.isDue {
            let sample = sampler.begin()
            defer { sampler.end(sample) }
            return try moveToValue()
        }
        return try moveToValue()
    }

    @inline(__always)
    private func moveToValue() throws -> Bool {
        switch state {
        case .atUnreadValue:
            state = .atReadValue
            didSee()
            return true
        case .atReadValue:
            guard try pairs.next() else {
                state = .ended
                return false
            }
            guard isSameGroup(pairs.key) else {
                state = .atNextGroup
                return false
            }
            didSee()
            return true
        case .beforeFirst, .atNextGroup, .ended:
            return false
        }
    }

    @inline(__always)
    private func didSee() {
        counter.pointee &+= 1
        groupCount &+= 1
        hashSum &+= KeyHash.hash(ofValue: pairs.value, keyHash: keyHash)
    }

    @inline(__always)
    private func isSameGroup(_ key: UnsafeRawBufferPointer) -> Bool {
        guard key.count == keyCount else { return false }
        guard let a = key.baseAddress, let b = keyBytes.baseAddress else { return keyCount == 0 }
        return compareBytes(a, b, keyCount) == 0
    }

    private func noteHeaviest() {
        heaviestKey = Array(key)
        heaviestCount = groupCount
    }

    private func remember(_ key: UnsafeRawBufferPointer) {
        if key.count > keyBytes.count {
            keyBytes.deallocate()
            keyBytes = .allocate(byteCount: key.count * 2, alignment: 8)
        }
        keyBytes.copyMemory(from: key)
        keyCount = key.count
        keyHash = KeyHash.hash(self.key)
    }
}
