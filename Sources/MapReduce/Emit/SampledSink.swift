public import MapReduceEngine

/// A sink that writes an output and measures some of its calls: `add` measures, `store` does the
/// work.
///
/// A pair comes in one of three forms, so there are three versions of each. Everything that `add`
/// does in addition is inlined where the compiler creates the sink's `PairSink` conformance, so a
/// pair takes one call, as if each sink had the three written out.
@usableFromInline
protocol SampledSink: PairSink, OutputSink {
    var sampler: Sampler { get }

    /// Stores one pair.
    func store(_ key: Key, _ value: Value)

    /// Stores one pair, whose key is encoded as the last of its record.
    func store(encodedKey: UnsafeRawBufferPointer, _ value: Value)

    /// Stores one pair, with key and value each encoded as the last of their records.
    func store(encodedKey: UnsafeRawBufferPointer, encodedValue: UnsafeRawBufferPointer)
}

extension SampledSink {
    @inlinable
    @inline(__always)
    func add(_ key: Key, _ value: Value) {
        if sampler.isDue {
            let sample = sampler.begin()
            store(key, value)
            return sampler.end(sample)
        }
        store(key, value)
    }

    @inlinable
    @inline(__always)
    func add(encodedKey key: UnsafeRawBufferPointer, _ value: Value) {
        if sampler.isDue {
            let sample = sampler.begin()
            store(encodedKey: key, value)
            return sampler.end(sample)
        }
        store(encodedKey: key, value)
    }

    @inlinable
    @inline(__always)
    func add(encodedKey key: UnsafeRawBufferPointer, encodedValue value: UnsafeRawBufferPointer) {
        if sampler.isDue {
            let sample = sampler.begin()
            store(encodedKey: key, encodedValue: value)
            return sampler.end(sample)
        }
        store(encodedKey: key, encodedValue: value)
    }
}

/// A sampled sink that stores keys and values as they are encoded.
@usableFromInline
protocol EncodingSink: SampledSink {
    /// Buffers that hold a key and a value while they are stored.
    var keyBytes: ByteWriter { get set }
    var valueBytes: ByteWriter { get set }
}

extension EncodingSink {
    @inlinable
    @inline(__always)
    func store(_ key: Key, _ value: Value) {
        keyBytes.hold(key, for: context)
        valueBytes.hold(value, for: context)
        store(encodedKey: keyBytes.bytes, encodedValue: valueBytes.bytes)
    }

    @inlinable
    @inline(__always)
    func store(encodedKey key: UnsafeRawBufferPointer, _ value: Value) {
        valueBytes.hold(value, for: context)
        store(encodedKey: key, encodedValue: valueBytes.bytes)
    }
}
