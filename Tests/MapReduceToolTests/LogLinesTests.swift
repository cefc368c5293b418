import Testing

@testable import MapReduceTool

/// What comes of a log, cut into lines.
@Suite struct LogLinesTests {
    /// Cut anywhere, a text has the same lines.
    @Test func linesDoNotDependOnHowBytesCome() {
        let text = Array("one\n\ntwo é\n\u{1F600}\nlast".utf8)
        for first in 0...text.count {
            for second in first...text.count {
                var log = LogLines()
                var lines: [String] = []
                for bytes in [text[..<first], text[first..<second], text[second...]] {
                    lines += log.take(bytes)
                }
                #expect(lines == ["one", "", "two é", "\u{1F600}"])
                #expect(log.finish() == "last" && log.finish() == nil)
                #expect(log.byteCount == text.count)
            }
        }
    }

    @Test func aLineWithoutEndIsPrintedInPieces() {
        var log = LogLines()
        var pieces: [String] = []
        for _ in 0..<300 { pieces += log.take([UInt8](repeating: 120, count: 1000)) }
        #expect(pieces.map(\.utf8.count) == [65_536, 65_536, 65_536, 65_536])
        #expect(log.take(Array("\nnext\n".utf8)).map(\.utf8.count) == [300_000 - 4 * 65_536, 4])
    }

    /// What the coordinator keeps of a log, and what of it is new, for each amount that came.
    @Test(arguments: [100, 16 << 10, 40_000]) func whatDidNotComeIsFound(_ byteCount: Int) {
        let whole = Array((0..<byteCount).map { "line \($0)\n" }.joined().utf8.prefix(byteCount))
        let kept = Array(whole.suffix(16 << 10))
        for seen in stride(from: 0, through: byteCount, by: max(byteCount / 50, 1)) {
            var log = LogLines()
            _ = log.take(whole[..<seen])
            let (bytes, hasGap) = log.unseen(ofEnd: kept)
            let remembered = min(seen, 1024)
            if byteCount < 16 << 10 || seen - remembered >= byteCount - kept.count && seen > 0 {
                #expect(Array(bytes) == Array(whole[seen...]) && !hasGap, "\(seen)")
            } else {
                #expect(Array(bytes) == kept && hasGap, "\(seen)")
            }
        }
    }
}
