internal import MapReduceModel
internal import MapReduceProcess

/// What is noted of merges before a shuffle, so that the report of a crash within one has the key.
extension TaskContext {
    /// Where short keys are noted before their values are merged; nil in a stage whose closures are
    /// called for groups, as the key of the group is noted there.
    @usableFromInline var shortKey: UnsafeMutablePointer<UInt64>? {
        guard case .split = spec.input else { return nil }
        return recorder.shortKey
    }

    /// Notes that merges of short keys begin.
    @usableFromInline
    func beginShortMerges() { recorder.beginShortKeys() }

    /// Notes of which key values are merged.
    @usableFromInline
    func beginMerge(of key: UnsafeRawBufferPointer) { recorder.note(key: key) }

    /// Notes that closures are called for records again.
    @usableFromInline
    func endMerges() { recorder.endKeys() }
}
