/// Changes JSON so that it mostly stays JSON: its numbers, its strings and its elements.
enum JSONMutator {
    private static let numbers = [
        "0", "1", "-1", "2", "3", "4096", "4097", "2147483647", "-2147483648", "4294967296",
        "9007199254740993", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
        "1e308", "1e400", "-0", "1.5", "null", "\"1\"",
    ]

    private static let strings = [
        "\"\"", "\"\\u0000\"", "\"/\"", "\"../../x\"", "\"\\ud83d\\ude00\"", "\"\\ud83d\"",
        "\"e\\u0301\"", "\"a\\nb\"", "null", "7", "true", "[]", "{}",
        "\"" + String(repeating: "long", count: 300) + "\"",
    ]

    static func mutate(_ text: inout [UInt8], using random: inout some RandomNumberGenerator) {
        let tokens = tokens(of: text)
        guard let token = tokens.randomElement(using: &random) else { return }
        switch token.kind {
        case .number: replace(&text, token, numbers, using: &random)
        case .string:
            // Another string of the same text: another case, another key, a key that comes twice.
            let others = tokens.filter { $0.kind == .string }
            if Int.random(in: 0..<3, using: &random) > 0,
                let other = others.randomElement(using: &random)
            {
                text.replaceSubrange(token.range, with: Array(text[other.range]))
            } else {
                replace(&text, token, strings, using: &random)
            }
        case .container: change(&text, token, tokens, using: &random)
        }
    }

    private static func replace(
        _ text: inout [UInt8],
        _ token: Token,
        _ choices: [String],
        using random: inout some RandomNumberGenerator
    ) {
        let choice = choices.randomElement(using: &random) ?? ""
        text.replaceSubrange(token.range, with: Array(choice.utf8))
    }

    /// Takes a container out, doubles it, or puts another one in its place.
    private static func change(
        _ text: inout [UInt8],
        _ token: Token,
        _ tokens: [Token],
        using random: inout some RandomNumberGenerator
    ) {
        let whole = Array(text[token.range])
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            text.replaceSubrange(token.range, with: Array((whole[0] == 0x5B ? "[]" : "{}").utf8))
        case 1: text.insert(contentsOf: whole + [0x2C], at: token.range.lowerBound)
        case 2: text.insert(contentsOf: whole + [0x0A], at: token.range.lowerBound)
        default:
            let others = tokens.filter { $0.kind == .container }
            guard let other = others.randomElement(using: &random) else { return }
            text.replaceSubrange(token.range, with: Array(text[other.range]))
        }
    }

    private struct Token {
        enum Kind {
            case number
            case string
            case container
        }

        let kind: Kind
        let range: Range<Int>
    }

    /// Containers whose ends are missing are left out.
    private static func tokens(of text: [UInt8]) -> [Token] {
        var tokens: [Token] = []
        var open: [Int] = []
        var index = 0
        while index < text.count {
            let start = index
            index += 1
            switch text[start] {
            case 0x22:
                while index < text.count, text[index] != 0x22 {
                    index += text[index] == 0x5C ? 2 : 1
                }
                index += 1
                if index <= text.count { tokens.append(Token(kind: .string, range: start..<index)) }
            case 0x2D, 0x30...0x39:
                while index < text.count, isNumber(text[index]) { index += 1 }
                tokens.append(Token(kind: .number, range: start..<index))
            case 0x5B, 0x7B: open.append(start)
            case 0x5D, 0x7D:
                guard let begin = open.popLast() else { break }
                tokens.append(Token(kind: .container, range: begin..<index))
            default: break
            }
        }
        return tokens
    }

    private static func isNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x2B, 0x2D, 0x2E, 0x45, 0x65: true
        default: false
        }
    }
}
