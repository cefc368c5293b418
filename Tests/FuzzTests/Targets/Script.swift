import Foundation

/// Steps as lines of JSON: a line that is damaged takes no other one with it.
enum Script {
    /// More steps than this are not looked at, so that an input takes a bounded time.
    private static let maxStepCount = 200

    static func text(_ steps: [some Encodable]) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try steps.flatMap { [UInt8](try encoder.encode($0)) + [0x0A] }
    }

    /// The steps that can be decoded.
    static func steps<Step: Decodable>(_ type: Step.Type, _ text: [UInt8]) throws -> [Step] {
        try text.split(separator: 0x0A).prefix(maxStepCount).compactMap { line in
            do {
                return try JSONDecoder().decode(type, from: Data(line))
            } catch is DecodingError {
                return nil
            }
        }
    }
}
