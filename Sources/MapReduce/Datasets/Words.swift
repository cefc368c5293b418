public import CIntrinsics

/// Splitting a line into words.
extension Span where Element == UInt8 {
    /// Calls the closure with each word: a maximal run of bytes that are not ASCII whitespace (tab,
    /// line feed, vertical tab, form feed, carriage return, space).
    ///
    /// Cost: about half a nanosecond per byte; no allocation.
    @inlinable
    @inline(__always)
    public func forEachWord(_ body: (_ word: Span<UInt8>) throws -> Void) rethrows {
        try withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            let count = bytes.count
            var start = 0
            var offset = 0
            while offset < count {
                var spaces = WordBreaks.mask(base + offset, byteCount: min(count &- offset, 64))
                while spaces != 0 {
                    let end = offset &+ spaces.trailingZeroBitCount
                    spaces &= spaces &- 1
                    if end > start {
                        try body(
                            Span(
                                _unsafeStart: (base + start).assumingMemoryBound(to: UInt8.self),
                                count: end &- start
                            )
                        )
                    }
                    start = end &+ 1
                }
                offset &+= 64
            }
            if start < count {
                try body(
                    Span(
                        _unsafeStart: (base + start).assumingMemoryBound(to: UInt8.self),
                        count: count &- start
                    )
                )
            }
        }
    }
}

/// A search for whitespace, 64 bytes at a time.
@usableFromInline
enum WordBreaks {
    /// Returns a bit for each of up to 64 bytes, set where the byte is whitespace.
    ///
    /// Loads 64 bytes and ignores those after the end. They are on the same page, so the load
    /// cannot fault; otherwise the bytes are copied first.
    @inlinable
    @inline(__always)
    static func mask(_ base: UnsafeRawPointer, byteCount: Int) -> UInt64 {
        if byteCount >= 64 { return intrinsics_spaces(base) }
        let own = (1 &<< UInt64(truncatingIfNeeded: byteCount)) &- 1
        #if !EXACT_LOADS
        if UInt(bitPattern: base) & 4095 <= 4096 - 64 { return intrinsics_spaces(base) & own }
        #endif
        return copiedMask(base, byteCount: byteCount) & own
    }

    @usableFromInline
    static func copiedMask(_ base: UnsafeRawPointer, byteCount: Int) -> UInt64 {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 16) { copy in
            guard let start = copy.baseAddress else { return 0 }
            start.copyMemory(from: base, byteCount: byteCount)
            return intrinsics_spaces(start)
        }
    }
}
