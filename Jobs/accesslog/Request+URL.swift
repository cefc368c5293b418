import MapReduce

extension Request {
    private static let protocolName = Array(" HTTP/".utf8)

    /// Returns the URL of a request: everything between the method and the protocol, including
    /// spaces.
    static func url(in request: Range<Int>, of line: Span<UInt8>) -> Range<Int>? {
        guard let method = line.field(0, separatedBy: " ", in: request), !method.isEmpty,
            method.upperBound < request.upperBound,
            method.allSatisfy({ 0x41...0x5A ~= line[$0] || line[$0] == UInt8(ascii: "-") })
        else { return nil }
        let rest = method.upperBound + 1..<request.upperBound
        let lastSpace = rest.last { line[$0] == UInt8(ascii: " ") }
        let url =
            if let lastSpace, line.extracting(lastSpace..<rest.upperBound).contains(protocolName) {
                rest.lowerBound..<lastSpace
            } else { rest }
        return url.isEmpty ? nil : url
    }
}
