internal import MapReduceModel
internal import MapReduceProcess

/// Notes about merges before a shuffle, so that the report of a crash in one includes the key.
extension TaskContext {
    /// The place where short keys are noted before their values are merged; nil in a stage whose
    /// closures are called for groups, where the key of the group is noted instead.
    @usableFromInline var shortKey: UnsafeMutablePointer<UInt64>? {
        guard case .split = spec.input else { return nil }
        return recorder.shortKey
    }

    /// Notes that merges of short keys begin.
    @usableFromInline
    func beginShortMerges() { recorder.beginShortKeys() }

    /// Notes the key whose values are merged.
    @usableFromInline
    func beginMerge(of key: UnsafeRawBufferPointer) { recorder.note(key: key) }

    /// Notes that closures are called for records again.
    @usableFromInline
    func endMerges() { recorder.endKeys() }
}
