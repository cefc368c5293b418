import MapReduce

/// The count, sum, minimum and maximum of some numbers.
struct Summary: RecordValue {
    var count = 1
    var sum: Double
    var min: Double
    var max: Double

    init(_ number: Double) { (sum, min, max) = (number, number, number) }

    func merged(with other: Summary) -> Summary {
        var both = self
        both.count += other.count
        both.sum += other.sum
        both.min = Swift.min(min, other.min)
        both.max = Swift.max(max, other.max)
        return both
    }

    func encode(into writer: inout ByteWriter) {
        count.encode(into: &writer)
        for number in [sum, min, max] { number.encode(into: &writer) }
    }

    init(decoding reader: inout ByteReader) throws {
        count = try Int(decoding: &reader)
        sum = try Double(decoding: &reader)
        min = try Double(decoding: &reader)
        max = try Double(decoding: &reader)
    }

    static var columnCount: Int? { 5 }

    func write(to text: inout TextWriter) {
        count.write(to: &text)
        for number in [sum, min, max, sum / Double(count)] { number.write(to: &text) }
    }
}
