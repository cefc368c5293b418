package import MapReduceModel

/// Cuts files into the splits of a stage's tasks.
package enum SplitPlanner {
    /// The number of tasks each slot should have, so that no slot waits long for the last task.
    package static let tasksPerSlot = 4

    /// Cuts large files into even pieces and packs small ones together, in the given order.
    ///
    /// The format determines where a file may be cut. A compressed file is not cut, unless it is a
    /// multi-member gzip file whose records are lines.
    ///
    /// `splitByteCount`: the most bytes of one split, unless a file cannot be cut.
    ///
    /// `slotCount`: the number of slots. Splits are made smaller so that each slot has
    /// `tasksPerSlot`, down to `EngineLimits.minSplitByteCount`.
    /// - Returns: at least one split, which is empty if all files are.
    package static func splits(
        of files: [PlannedFile],
        format: InputFormat,
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
        for piece in files.flatMap({ pieces(of: $0, format: format, target: target) }) {
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

    private static func pieces(
        of file: PlannedFile,
        format: InputFormat,
        target: Int
    ) -> [FilePiece] {
        let size = file.signature.byteCount
        // If records are whole files, an empty file is a record too.
        if size == 0 { return format == .wholeFiles ? [file.wholePiece] : [] }
        let cuts = cuts(in: file, format: format, target: target)
        return zip([0] + cuts, cuts + [size]).map { start, end in
            FilePiece(
                path: file.path,
                offset: start,
                byteCount: end - start,
                compression: file.compression,
                signature: file.signature
            )
        }
    }

    /// Returns where a file is cut, in ascending order.
    private static func cuts(in file: PlannedFile, format: InputFormat, target: Int) -> [Int] {
        let size = file.signature.byteCount
        switch (file.compression, format.cut) {
        case (.gzip, _), (.zstd, _), (.bzip2, _), (.xz, _), (_, .nowhere): return []
        case (.gzipMembers, .anywhere), (.gzipMembers, .multiples): return []
        case (.gzipMembers, .anywhereInLines):
            guard size < EngineLimits.maxCutGzipByteCount else { return [] }
            return evenCuts(size, into: max(target, EngineLimits.minGzipPieceByteCount))
        case (.none, .anywhereInLines), (.none, .anywhere):
            return evenCuts(size, into: target)
        case (.none, .multiples(let recordByteCount)):
            let recordCount = size / max(recordByteCount, 1)
            let perPiece = max(target / max(recordByteCount, 1), 1)
            return evenCuts(recordCount, into: perPiece).map { $0 * recordByteCount }
        }
    }

    /// Returns where a size is cut so that the parts are even and at most a tenth larger than the
    /// target: that little is not worth another task.
    private static func evenCuts(_ size: Int, into target: Int) -> [Int] {
        let rest = max(size - target / 10, 1)
        let count = rest / target + (rest % target == 0 ? 0 : 1)
        return (1..<max(count, 1)).map { size / count * $0 + size % count * $0 / count }
    }
}
