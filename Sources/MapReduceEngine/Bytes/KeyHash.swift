/// The hash that determines a key's partition and its place in the combining table.
///
/// It is the same in every process, on every machine, and in every release;
/// `Documentation/Formats.md` defines it.
///
/// A key is cut into 16-byte blocks. The remaining 0 to 15 bytes are padded with zeros, and byte 15
/// of this last block contains their number plus one, so there is always a last block. Each block
/// is two little-endian words, mixed by one multiplication to 128 bits.
///
/// Source: the folded multiplication of wyhash (Wang Yi), with the operands added back so that a
/// zero operand loses nothing.
@usableFromInline
package enum KeyHash {
    /// Mixes one block into the state.
    @inlinable
    @inline(__always)
    package static func mix(_ state: UInt64, _ word0: UInt64, _ word1: UInt64) -> UInt64 {
        let x = word0 ^ 0x9e37_79b9_7f4a_7c15 ^ state
        let y = word1 ^ 0xd6e8_feb8_6659_fd93
        let product = x.multipliedFullWidth(by: y)
        return product.high ^ product.low ^ x ^ y
    }

    /// Returns the hash of a key.
    ///
    /// Cost: one multiplication per 16 bytes.
    package static func hash(_ key: UnsafeRawBufferPointer) -> UInt64 { hash(key, from: 0) }

    /// Returns the hash of a pair: that of the value, starting from the hash of the key.
    package static func hash(ofValue value: UnsafeRawBufferPointer, keyHash: UInt64) -> UInt64 {
        hash(value, from: keyHash)
    }

    @inline(__always)
    private static func hash(_ key: UnsafeRawBufferPointer, from start: UInt64) -> UInt64 {
        var state = start
        var offset = 0
        while key.count - offset >= 16 {
            let word0 = key.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let word1 = key.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
            state = mix(state, UInt64(littleEndian: word0), UInt64(littleEndian: word1))
            offset += 16
        }
        let rest = key.count - offset
        guard rest > 0, let base = key.baseAddress else { return mix(state, 0, 1 &<< 56) }
        let last = ShortKey(base + offset, byteCount: rest)
        return mix(state, last.word0, last.word1)
    }

    /// Returns the partition of a key with this hash: the upper half of the hash, scaled to the
    /// number of partitions.
    @inlinable
    package static func partition(ofHash hash: UInt64, count: Int) -> Int {
        Int(truncatingIfNeeded: ((hash &>> 32) &* UInt64(truncatingIfNeeded: count)) &>> 32)
    }
}

/// A key of at most 15 bytes as two little-endian words: the bytes, zeros, and in byte 15 the
/// number of bytes plus one.
///
/// Two keys are equal if and only if both words are, and no key is all zeros.
@frozen
@usableFromInline
package struct ShortKey {
    @usableFromInline package let word0: UInt64
    @usableFromInline package let word1: UInt64

    /// The maximum number of bytes that fit.
    @usableFromInline static let maxByteCount = 15

    @inlinable
    init(word0: UInt64, word1: UInt64) {
        self.word0 = word0
        self.word1 = word1
    }

    /// Reads the key byte by byte; it must have at most 15 bytes.
    @usableFromInline
    package init(exactly bytes: UnsafeRawBufferPointer) {
        var words: (UInt64, UInt64) = (0, 0)
        withUnsafeMutableBytes(of: &words) { target in
            target.copyMemory(from: bytes)
            target[15] = UInt8(bytes.count + 1)
        }
        word0 = UInt64(littleEndian: words.0)
        word1 = UInt64(littleEndian: words.1)
    }

    /// Reads the key, 1 to 15 bytes, by loading 16 bytes and masking those that do not belong to
    /// it.
    ///
    /// The load may go past the end of the key but never past the end of its page, so it cannot
    /// fault; where it would cross the page, the bytes are copied one by one. Builds with a
    /// sanitizer, which would rightly report the load, define `EXACT_LOADS`.
    @inlinable
    @inline(__always)
    package init(_ start: UnsafeRawPointer, byteCount: Int) {
        #if EXACT_LOADS
        self.init(exactly: UnsafeRawBufferPointer(start: start, count: byteCount))
        #else
        guard UInt(bitPattern: start) & 4095 <= 4096 - 16 else {
            self.init(exactly: UnsafeRawBufferPointer(start: start, count: byteCount))
            return
        }
        let low = UInt64(littleEndian: start.loadUnaligned(as: UInt64.self))
        let high = UInt64(
            littleEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        )
        // Without a branch on the length, which no processor could predict.
        let count = UInt64(truncatingIfNeeded: byteCount)
        let lowCount = min(count, 8)
        let lowMask = UInt64.max &>> (64 &- 8 &* lowCount)
        let highMask = (1 &<< (8 &* (count &- lowCount))) &- 1
        self.init(
            word0: low & lowMask,
            word1: (high & highMask) | ((count &+ 1) &<< 56)
        )
        #endif
    }
}
