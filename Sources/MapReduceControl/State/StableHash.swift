internal import MapReduceModel

/// Hashes of ids: evenly spread, and the same in each process and in a replay.
extension TaskID {
    var stableHash: UInt64 { mixed([job.number, stage, index]) }
}

extension AttemptID {
    var stableHash: UInt64 { mixed([task.job.number, task.stage, task.index, number]) }
}

private func mixed(_ parts: [Int]) -> UInt64 {
    var state: UInt64 = 0
    for part in parts {
        state = SplitMix64.mix((state ^ UInt64(bitPattern: Int64(part))) &+ SplitMix64.gamma)
    }
    return state
}
