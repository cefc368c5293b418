import MapReduce

/// What a line of a log says about its request.
struct Request {
    /// Where the URL stands in the line.
    let url: Range<Int>
    /// How long the answer was; 0 for none, which is logged as "-", and nil for what is not a size.
    let byteCount: Int?

    /// Nil when the line is not `… "METHOD URL PROTOCOL" STATUS SIZE …`.
    init?(_ line: Span<UInt8>) {
        guard let open = line.quote(from: 0), let close = line.quote(from: open + 1),
            let url = Self.url(in: open + 1..<close, of: line),
            let status = line.field(1, separatedBy: " ", in: close + 1..<line.count),
            let size = line.field(2, separatedBy: " ", in: close + 1..<line.count),
            status.lowerBound == close + 2, status.count == 3, Int(line.extracting(status)) != nil
        else { return nil }
        self.url = url
        let isNone = size.count == 1 && line[size.lowerBound] == UInt8(ascii: "-")
        // More than a tebibyte is not the size of an answer.
        byteCount = (isNone ? 0 : Int(line.extracting(size))).flatMap {
            0...1 << 40 ~= $0 ? $0 : nil
        }
    }
}
