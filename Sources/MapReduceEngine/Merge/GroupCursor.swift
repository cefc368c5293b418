package import MapReduceModel

/// Steps through pairs a group at a time: a group is the pairs of one key.
///
/// Values are streamed, so a group may be larger than memory.
///
///     while try groups.nextGroup() {          // skips what is left of the group before
///         while try groups.nextValue() { … groups.value … }
///     }
@usableFromInline
package final class GroupCursor {
    private let pairs: any PairCursor
    /// That of the task; outside of tasks, one at which nobody looks.
    private let clock = PhaseClock.current ?? PhaseClock()
    private let sampler: Sampler
    // One task's thread owns a cursor: checks of exclusive access would only cost time.
    @exclusivity(unchecked) private var keyBytes: UnsafeMutableRawBufferPointer
    @exclusivity(unchecked) private var keyCount = 0
    @exclusivity(unchecked) private var keyHash: UInt64 = 0
    /// The sum of the hashes of the pairs seen so far.
    @exclusivity(unchecked) private var hashSum: UInt64 = 0
    @exclusivity(unchecked) private var state = State.beforeFirst
    /// Pairs of the current group that were seen.
    @exclusivity(unchecked) private var groupCount = 0
    /// Whether somebody goes through the values of the current group, or has.
    @exclusivity(unchecked) private var isPassBegun = false
    /// The key that had most pairs so far, of those whose groups have ended.
    private var heaviestKey: [UInt8] = []
    @exclusivity(unchecked) private var heaviestCount = 0
    private let counter: UnsafeMutablePointer<Int>
    private let ownsCounter: Bool

    private enum State {
        case beforeFirst
        /// The underlying cursor stands at a pair of this group that has not been returned.
        case atUnreadValue
        /// The underlying cursor stands at a pair of this group that was returned.
        case atReadValue
        /// The underlying cursor stands at the first pair of the next group.
        case atNextGroup
        case ended
    }

    /// `counter`: where pairs are counted, from 0 on; nil counts them here alone.
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

    /// The key of the group; valid until the following `nextGroup()`.
    @usableFromInline package var key: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: keyBytes.baseAddress, count: keyCount)
    }

    /// The current value; valid until the following `nextValue()` or `nextGroup()`.
    @usableFromInline package var value: UnsafeRawBufferPointer { pairs.value }

    /// The key with most of the pairs that were seen, and how many it has; the first of several.
    package var heaviest: (key: [UInt8], count: Int) {
        groupCount > heaviestCount ? (Array(key), groupCount) : (heaviestKey, heaviestCount)
    }

    /// The pairs seen so far.
    package var seen: PairChecksum { PairChecksum(count: counter.pointee, hashSum: hashSum) }

    /// Moves to the next group, past the values that were not asked for.
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

    /// Values of the current group that were read.
    @usableFromInline package var readCount: Int { groupCount }

    /// Notes that the values of the group are gone through from here on: that can be done once.
    ///
    /// `goingOn`: whether those that were read are known to whoever asks.
    /// - Returns: false when it was done before.
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
