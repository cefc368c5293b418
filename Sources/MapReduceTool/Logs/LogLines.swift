internal import MapReduceModel

/// The received part of one attempt's log, split into lines.
///
/// It remembers how many bytes arrived, so that the rest can be requested, and the last of them, to
/// determine the missing part of the log's end.
struct LogLines: Sendable {
    /// The number of bytes received.
    private(set) var byteCount = 0
    private var partial: [UInt8] = []
    private var lastBytes: [UInt8] = []

    init() {}

    /// Takes the next bytes.
    ///
    /// - Returns: The complete lines, without their line ends; a line that is too long comes in
    ///   pieces.
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

    /// Splits a line that exceeds the length limit into pieces; the remainder of a complete line is
    /// the last piece.
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

    /// Returns the last line, if it has no line end; nothing may follow.
    mutating func finish() -> String? {
        defer { partial = [] }
        return partial.isEmpty ? nil : Self.text(partial[...])
    }

    /// Returns the part of the log's end, as kept by the coordinator, that has not been received.
    ///
    /// - Parameter end: The whole log if it is shorter than the kept length, otherwise its end.
    /// - Returns: The bytes, and whether some bytes before them are lost.
    func unseen(ofEnd end: [UInt8]) -> (bytes: ArraySlice<UInt8>, hasGap: Bool) {
        if end.count < TaskReportLimits.keptLogByteCount {
            return (end.dropFirst(byteCount), false)
        }
        if lastBytes.isEmpty { return (end[...], end.count >= TaskReportLimits.keptLogByteCount) }
        // The first match: a repeated line is better than a missing one.
        for start in 0...max(0, end.count - lastBytes.count)
        where end[start...].starts(with: lastBytes) {
            return (end[(start + lastBytes.count)...], false)
        }
        return (end[...], true)
    }
}
