public import MapReduceEngine

/// A batch of pairs with short keys and values on their way to a combining table.
@usableFromInline
final class PendingBatch {
    /// The number of cache misses that the processor can have in flight, with some to spare.
    @usableFromInline static let capacity = 64

    @usableFromInline let pairs: UnsafeMutablePointer<CombiningTable.Slot>
    /// A place for the two words of a key if keys are not noted.
    @usableFromInline let spareKey: UnsafeMutablePointer<UInt64>

    @usableFromInline
    init() {
        pairs = .allocate(capacity: Self.capacity)
        spareKey = .allocate(capacity: 2)
    }

    deinit {
        pairs.deallocate()
        spareKey.deallocate()
    }
}

/// Values that a table slot holds directly, as their bits, instead of their encoding.
@usableFromInline
enum InlineValue {
    /// Returns whether values of a type are plain bits that fit in a slot.
    @inlinable
    @inline(__always)
    static func canHold<Value>(_ type: Value.Type) -> Bool {
        _isPOD(Value.self) && MemoryLayout<Value>.size <= 8 && MemoryLayout<Value>.alignment <= 8
    }

    @inlinable
    @inline(__always)
    static func bits<Value>(of value: Value) -> UInt64 {
        var bits: UInt64 = 0
        withUnsafeMutablePointer(to: &bits) { pointer in
            UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: Value.self)
        }
        return bits
    }

    @inlinable
    @inline(__always)
    static func value<Value>(ofBits bits: UInt64, as type: Value.Type) -> Value {
        withUnsafePointer(to: bits) { UnsafeRawPointer($0).load(as: Value.self) }
    }
}
