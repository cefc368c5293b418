package import MapReduceModel

/// Cuts files into the splits of a stage's tasks.
package enum SplitPlanner {
    /// Tasks that each slot should have, so that none waits long for the last one.
    package static let tasksPerSlot = 4

    /// Cuts large files into even pieces and packs small ones together, in the order given.
    ///
    /// A gzip file is never cut.
    ///
    /// `splitByteCount`: the most bytes of one split, unless a file cannot be cut.
    ///
    /// `slotCount`: splits are made smaller so that each slot has `tasksPerSlot`, down to
    /// `EngineLimits.minSplitByteCount`.
    /// - Returns: at least one split, which is empty if all files are.
    package static func splits(
        of files: [PlannedFile],
        splitByteCount: Int,
        slotCount: Int
    ) throws -> [Split] {
        precondition(splitByteCount > 0 && slotCount > 0, "sizes and counts are positive")
        let total = files.reduce(0) { $0 + $1.signature.byteCount }
        let share = (total + slotCount * tasksPerSlot - 1) / (slotCount * tasksPerSlot)
        let target = min(splitByteCount, max(share, EngineLimits.minSplitByteCount))
        guard total / target <= EngineLimits.maxSplitCount else {
            throw EngineError(
                .badInput,
                "splits of \(target) bytes would cut the input into more than "
                    + "\(EngineLimits.maxSplitCount) tasks; ask for a larger --split-size"
            )
        }
        var splits: [Split] = []
        var current = Split(pieces: [])
        var currentByteCount = 0
        for piece in files.flatMap({ pieces(of: $0, target: target) }) {
            if !current.pieces.isEmpty, currentByteCount + piece.byteCount > target + target / 10 {
                splits.append(current)
                current = Split(pieces: [])
                currentByteCount = 0
            }
            current.pieces.append(piece)
            currentByteCount += piece.byteCount
        }
        if !current.pieces.isEmpty || splits.isEmpty { splits.append(current) }
        return splits
    }

    private static func pieces(of file: PlannedFile, target: Int) -> [FilePiece] {
        let size = file.signature.byteCount
        guard size > 0 else { return [] }
        // Up to a tenth more than the target is not worth another task.
        let rest = max(size - target / 10, 1)
        let count = file.compression == .gzip ? 1 : (rest + target - 1) / target
        return (0..<count).map { index in
            let start = even(size, index, count)
            return FilePiece(
                path: file.path,
                offset: start,
                byteCount: even(size, index + 1, count) - start,
                compression: file.compression,
                signature: file.signature
            )
        }
    }

    /// `size * index / count`, without overflow.
    private static func even(_ size: Int, _ index: Int, _ count: Int) -> Int {
        size / count * index + size % count * index / count
    }
}
