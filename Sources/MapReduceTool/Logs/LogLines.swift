internal import MapReduceModel

/// What came of the log of one attempt, cut into lines.
///
/// It remembers how much came, so that the rest can be asked for, and the last of it, so that it
/// can be told what of the end of the log did not come.
struct LogLines: Sendable {
    /// Bytes that came.
    private(set) var byteCount = 0
    private var partial: [UInt8] = []
    private var lastBytes: [UInt8] = []

    init() {}

    /// Takes what comes next.
    /// - Returns: the lines that are whole, without their ends; of one that is too long, pieces.
    mutating func take(_ bytes: some Collection<UInt8>) -> [String] {
        byteCount += bytes.count
        lastBytes = Array((lastBytes + bytes).suffix(ToolLimits.rememberedLogByteCount))
        var lines: [String] = []
        var rest = partial[...] + bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            lines += Self.pieces(&rest, to: end, isWhole: true)
            rest = rest[(end + 1)...]
        }
        lines += Self.pieces(&rest, to: rest.endIndex, isWhole: false)
        partial = Array(rest)
        return lines
    }

    /// Cuts pieces of a line that is longer than any should be; what is left of one that is whole
    /// is the last of them.
    private static func pieces(
        _ rest: inout ArraySlice<UInt8>,
        to end: Int,
        isWhole: Bool
    ) -> [String] {
        var pieces: [String] = []
        while end - rest.startIndex > ToolLimits.maxPrintedLineByteCount {
            pieces.append(text(rest.prefix(ToolLimits.maxPrintedLineByteCount)))
            rest = rest.dropFirst(ToolLimits.maxPrintedLineByteCount)
        }
        if isWhole { pieces.append(text(rest[..<end])) }
        return pieces
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    /// The last line, if it has no end; nothing comes after it.
    mutating func finish() -> String? {
        defer { partial = [] }
        return partial.isEmpty ? nil : Self.text(partial[...])
    }

    /// What of the end of the log, as the coordinator keeps it, has not come.
    ///
    /// `end`: the whole log if it is shorter than what is kept, else the last of it.
    /// - Returns: the bytes, and whether some before them are lost.
    func unseen(ofEnd end: [UInt8]) -> (bytes: ArraySlice<UInt8>, hasGap: Bool) {
        if end.count < TaskReportLimits.keptLogByteCount {
            return (end.dropFirst(byteCount), false)
        }
        if lastBytes.isEmpty { return (end[...], end.count >= TaskReportLimits.keptLogByteCount) }
        // The first place that fits: a line that comes twice is better than one that does not.
        for start in 0...max(0, end.count - lastBytes.count)
        where end[start...].starts(with: lastBytes) {
            return (end[(start + lastBytes.count)...], false)
        }
        return (end[...], true)
    }
}
