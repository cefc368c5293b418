internal import MapReduceModel

/// Hashes of ids: evenly spread, and the same in each process and in a replay.
///
/// Source: the finalizer of SplitMix64 (Steele et al. 2014).
extension TaskID {
    var stableHash: UInt64 { mixed([job.number, stage, index]) }
}

extension AttemptID {
    var stableHash: UInt64 { mixed([task.job.number, task.stage, task.index, number]) }
}

private func mixed(_ parts: [Int]) -> UInt64 {
    var state: UInt64 = 0
    for part in parts {
        state = (state ^ UInt64(bitPattern: Int64(part))) &+ 0x9e37_79b9_7f4a_7c15
        state = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
        state = (state ^ (state >> 27)) &* 0x94d0_49bb_1331_11eb
        state ^= state >> 31
    }
    return state
}
