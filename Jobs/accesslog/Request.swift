import MapReduce

/// The request that a line of a log describes.
struct Request {
    /// The range of the URL in the line.
    let url: Range<Int>
    /// The size of the response; 0 if it is logged as "-" (none), nil if it is not a valid size.
    let byteCount: Int?

    /// Parses a line; returns nil unless it has the form `… "METHOD URL PROTOCOL" STATUS SIZE …`.
    init?(_ line: Span<UInt8>) {
        guard let open = line.quote(from: 0), let close = line.quote(from: open + 1),
            let url = Self.url(in: open + 1..<close, of: line),
            let status = line.field(1, separatedBy: " ", in: close + 1..<line.count),
            let size = line.field(2, separatedBy: " ", in: close + 1..<line.count),
            status.lowerBound == close + 2, status.count == 3, Int(line.extracting(status)) != nil
        else { return nil }
        self.url = url
        let isNone = size.count == 1 && line[size.lowerBound] == UInt8(ascii: "-")
        // More than a tebibyte is not a valid size.
        byteCount = (isNone ? 0 : Int(line.extracting(size))).flatMap {
            0...1 << 40 ~= $0 ? $0 : nil
        }
    }
}
