public import MapReduceEngine

/// A sink that writes an output, some of whose calls are measured: `add` measures, `store` does the
/// work.
///
/// A pair comes in one of three forms, and so there are three of each. All that `add` adds is
/// inlined where the compiler makes the sink's `PairSink` of it, so that a pair takes one call, as
/// if each sink had the three written out.
@usableFromInline
protocol SampledSink: PairSink, OutputSink {
    var sampler: Sampler { get }

    /// Stores one pair.
    func store(_ key: Key, _ value: Value)

    /// Stores one pair, whose key is encoded as the last of its record.
    func store(encodedKey: UnsafeRawBufferPointer, _ value: Value)

    /// Stores one pair, both of which are encoded as the last of their records.
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
    /// Hold a key and a value while they are stored.
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
