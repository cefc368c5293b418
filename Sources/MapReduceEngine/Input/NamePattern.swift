internal import MapReduceModel

/// A shell-style pattern that must match a whole file name.
///
/// `*` stands for any number of characters, `?` for one, `[a-z]` for one in a set, and `[!a-z]`
/// for one not in the set; a backslash makes the next character literal. An unclosed bracket is an
/// ordinary character. Characters are Unicode scalars.
struct NamePattern: Hashable, Sendable {
    private enum Piece: Hashable {
        case anyNumber
        case anyOne
        case one(Unicode.Scalar)
        case oneOf([ClosedRange<UInt32>], isNegated: Bool)
    }

    private var pieces: [Piece] = []
    /// The text, if the pattern is a plain name without wildcards.
    private(set) var literal: String? = ""

    /// Reads a pattern.
    /// - Throws: `EngineError` for an unknown character class.
    init(_ text: some StringProtocol) throws {
        var rest = Array(text.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "*": if pieces.last != .anyNumber { pieces.append(.anyNumber) }
            case "?": pieces.append(.anyOne)
            case "[":
                var bracket = BracketReader(rest)
                if let set = try bracket.read() {
                    pieces.append(.oneOf(set.ranges, isNegated: set.isNegated))
                    rest = bracket.rest
                } else {
                    pieces.append(.one(scalar))
                }
            case "\\": pieces.append(.one(rest.popFirst() ?? scalar))
            default: pieces.append(.one(scalar))
            }
        }
        for piece in pieces {
            guard case .one(let scalar) = piece else {
                literal = nil
                return
            }
            literal?.unicodeScalars.append(scalar)
        }
    }

    /// Returns whether a whole name matches; a name that is usually skipped matches only if the
    /// pattern begins with the same `.` or `_`.
    func matches(_ name: String) -> Bool {
        let scalars = Array(name.unicodeScalars)
        if let first = scalars.first, first == "." || first == "_", pieces.first != .one(first) {
            return false
        }
        // Where to resume if what follows the last star does not match: one character later.
        var retry: (piece: Int, scalar: Int)?
        var piece = 0
        var index = 0
        while index < scalars.count || piece < pieces.count {
            if piece < pieces.count, pieces[piece] == .anyNumber {
                retry = (piece, index)
                piece += 1
            } else if piece < pieces.count, index < scalars.count,
                Self.matches(pieces[piece], scalars[index])
            {
                piece += 1
                index += 1
            } else if let last = retry, last.scalar < scalars.count {
                retry = (last.piece, last.scalar + 1)
                piece = last.piece + 1
                index = last.scalar + 1
            } else {
                return false
            }
        }
        return true
    }

    private static func matches(_ piece: Piece, _ scalar: Unicode.Scalar) -> Bool {
        switch piece {
        case .anyNumber: false
        case .anyOne: true
        case .one(let expected): scalar == expected
        case .oneOf(let ranges, let isNegated):
            ranges.contains { $0.contains(scalar.value) } != isNegated
        }
    }
}

/// Reads the contents of a bracket in a pattern.
private struct BracketReader {
    private(set) var rest: ArraySlice<Unicode.Scalar>
    private var ranges: [ClosedRange<UInt32>] = []

    /// `rest`: what follows the opening bracket.
    init(_ rest: ArraySlice<Unicode.Scalar>) { self.rest = rest }

    /// Returns the set, or nil if the bracket is not closed.
    mutating func read() throws -> (ranges: [ClosedRange<UInt32>], isNegated: Bool)? {
        let isNegated = rest.first == "!" || rest.first == "^"
        if isNegated { rest.removeFirst() }
        var isFirst = true
        while let scalar = rest.popFirst() {
            if scalar == "]", !isFirst { return (ranges, isNegated) }
            isFirst = false
            if scalar == "[", let kind = rest.first, kind == ":" || kind == "=" || kind == "." {
                guard try readClass() else { return nil }
                continue
            }
            guard let first = taken(scalar) else { return nil }
            guard rest.first == "-", let end = rest.dropFirst().first, end != "]" else {
                ranges.append(first...first)
                continue
            }
            rest.removeFirst(2)
            guard let last = taken(end) else { return nil }
            // A reversed range is empty.
            if first <= last { ranges.append(first...last) }
        }
        return nil
    }

    /// Returns a character of the bracket: the next one if this one is a backslash.
    private mutating func taken(_ scalar: Unicode.Scalar) -> UInt32? {
        scalar == "\\" ? rest.popFirst()?.value : scalar.value
    }

    /// Reads a class such as `[:digit:]`, starting at its colon.
    /// - Returns: whether the class is closed.
    private mutating func readClass() throws -> Bool {
        guard let kind = rest.popFirst() else { return false }
        var name = ""
        while let scalar = rest.popFirst() {
            if scalar == kind, rest.first == "]" {
                rest.removeFirst()
                guard kind == ":", let known = Self.classes[name] else {
                    throw EngineError(
                        .badInput,
                        "a pattern has [\(kind)\(name)\(kind)], which is not known; list its "
                            + "characters, as in [a-z0-9]"
                    )
                }
                ranges += known.map { UInt32($0.lowerBound)...UInt32($0.upperBound) }
                return true
            }
            name.unicodeScalars.append(scalar)
        }
        return false
    }

    /// The POSIX classes, ASCII only.
    private static let classes: [String: [ClosedRange<UInt8>]] = [
        "alnum": [0x30...0x39, 0x41...0x5A, 0x61...0x7A],
        "alpha": [0x41...0x5A, 0x61...0x7A],
        "blank": [0x09...0x09, 0x20...0x20],
        "cntrl": [0x00...0x1F, 0x7F...0x7F],
        "digit": [0x30...0x39],
        "graph": [0x21...0x7E],
        "lower": [0x61...0x7A],
        "print": [0x20...0x7E],
        "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E],
        "space": [0x09...0x0D, 0x20...0x20],
        "upper": [0x41...0x5A],
        "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66],
    ]
}
