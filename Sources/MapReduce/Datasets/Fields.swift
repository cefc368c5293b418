internal import MapReduceEngine

#if canImport(Glibc)
internal import Glibc
#endif

/// Searching a line's bytes, finding its fields and parsing its numbers.
extension Span where Element == UInt8 {
    /// Returns whether the line contains these bytes.
    ///
    /// Every line contains an empty text.
    ///
    /// Cost: a search for the first byte of the text, and a comparison wherever it is found.
    public func contains(_ text: [UInt8]) -> Bool {
        withUnsafeBytes { bytes in
            guard let first = text.first else { return true }
            var start = 0
            while let found = position(of: first, in: bytes, from: start),
                bytes.count - found >= text.count
            {
                if bytes[found..<found + text.count].elementsEqual(text) { return true }
                start = found + 1
            }
            return false
        }
    }

    /// Returns the range of a field of the line, for `extracting(_:)`.
    ///
    ///     if let second = line.field(1, separatedBy: ",") { emit(line.extracting(second), 1) }
    ///
    /// - Parameters:
    ///   - index: The number of the field, from 0.
    ///   - separator: An ASCII character; each one starts another field, even an empty one.
    ///   - range: The part of the line to look at; all of it by default.
    /// - Returns: nil if the line has fewer fields.
    public func field(
        _ index: Int,
        separatedBy separator: Unicode.Scalar,
        in range: Range<Int>? = nil
    ) -> Range<Int>? {
        precondition(index >= 0, "fields are numbered from 0, and from the first one")
        precondition(separator.isASCII, "fields are separated by an ASCII character")
        let separator = UInt8(truncatingIfNeeded: separator.value)
        let bounds = range ?? 0..<count
        precondition(
            bounds.lowerBound >= 0 && bounds.upperBound <= count,
            "the part of a line lies within the line"
        )
        return withUnsafeBytes { bytes in
            let part = UnsafeRawBufferPointer(rebasing: bytes[bounds])
            var left = index
            var start = 0
            while true {
                let end = position(of: separator, in: part, from: start)
                if left == 0 {
                    return bounds.lowerBound + start..<bounds.lowerBound + (end ?? part.count)
                }
                guard let end else { return nil }
                left -= 1
                start = end + 1
            }
        }
    }
}

private func position(
    of byte: UInt8,
    in bytes: UnsafeRawBufferPointer,
    from start: Int
) -> Int? {
    guard start < bytes.count, let base = bytes.baseAddress,
        let found = memchr(base + start, Int32(byte), bytes.count - start)
    else { return nil }
    return UnsafeRawPointer(found) - base
}

extension Int {
    /// Creates the number that ASCII digits stand for, with an optional sign.
    /// - Returns: nil if the text contains anything else or the number does not fit.
    public init?(_ digits: Span<UInt8>) {
        guard let value = digits.withUnsafeBytes({ NumberText.int($0) }) else { return nil }
        self = value
    }
}
