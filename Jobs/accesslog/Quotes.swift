import MapReduce

extension Span<UInt8> {
    /// Returns the next unescaped quote; a quote sent by a client is logged as `\"`.
    func quote(from start: Int) -> Int? {
        var from = start
        while let text = field(0, separatedBy: "\"", in: from..<count), text.upperBound < count {
            let quote = text.upperBound
            let other = (start..<quote).last { self[$0] != UInt8(ascii: "\\") } ?? start - 1
            if (quote - other) % 2 == 1 { return quote }
            from = quote + 1
        }
        return nil
    }
}
