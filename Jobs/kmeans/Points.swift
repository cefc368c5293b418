import MapReduce

/// A point with as many dimensions as its line has numbers.
typealias Point = [Double]

/// Reads points: decimal numbers separated by commas.
///
/// Skips empty lines. A center depends on all of its points, so any other line is an error.
func points(_ input: Input) -> Pairs<Point, Unit> {
    input.strings.map { line, emit in
        if line.isEmpty { return }
        emit(try line.split(separator: ",", omittingEmptySubsequences: false).map(number), Unit())
    }
}

/// Parses a finite decimal number, which may have spaces or tabs around it.
private func number(_ text: Substring) throws -> Double {
    let digits = text.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
    let rest = text[digits.endIndex...]
    guard rest.allSatisfy({ $0 == " " || $0 == "\t" }),
        digits.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }),
        let number = Double(digits), number.isFinite
    else { throw PointError(description: "\"\(text)\" is not a finite decimal number") }
    return number
}

extension Counter {
    static let movedCenters: Counter = "moved centers"
}
