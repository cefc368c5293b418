#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// JSON, as all of this project writes and reads it: the encoder's settings, and the escapes of a
/// string that is put together by hand.
///
/// Keys are sorted, so that equal values are equal bytes. The records of an output are the one
/// exception: their JSON is a format of its own (`TextWriter`), of bytes that need not be UTF-8.
package enum JSONText {
    // MARK: Values

    /// A value in one line, for a file, a frame or the body of a request.
    package static func data(_ value: some Encodable) throws -> Data {
        try encoder().encode(value)
    }

    /// Values, one on each line.
    package static func lines(_ values: [some Encodable]) throws -> String {
        let encoder = encoder()
        return try values.map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }
            .joined()
    }

    /// A value for people to read: indented, and ended by a newline.
    package static func pretty(_ value: some Encodable) throws -> String {
        String(decoding: try encoder(.prettyPrinted).encode(value), as: UTF8.self) + "\n"
    }

    /// The value that JSON stands for.
    /// - Throws: when it stands for something else.
    package static func decode<Value: Decodable>(
        _ type: Value.Type,
        from data: Data
    ) throws -> Value {
        try JSONDecoder().decode(type, from: data)
    }

    /// The same of bytes, which are copied.
    package static func decode<Value: Decodable>(
        _ type: Value.Type,
        from bytes: [UInt8]
    ) throws -> Value {
        try decode(type, from: Data(bytes))
    }

    private static func encoder(
        _ formatting: JSONEncoder.OutputFormatting = []
    ) -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, formatting]
        return encoder
    }

    // MARK: Strings

    /// A text as a JSON string, in its quotes.
    package static func quoted(_ text: String) -> String {
        var result = ""
        append(quoted: text, to: &result)
        return result
    }

    /// Appends a text as a JSON string, in its quotes.
    ///
    /// Cost: linear; for many small texts without one allocation for each.
    package static func append(quoted text: String, to result: inout String) {
        result += "\""
        append(escaped: text, quotes: true, to: &result)
        result += "\""
    }

    /// A text with escapes for all that ends a line or does something to a terminal; `quotes`:
    /// also for quotes and backslashes, as within a JSON string.
    package static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        append(escaped: text, quotes: quotes, to: &result)
        return result
    }

    private static func append(escaped text: String, quotes: Bool, to result: inout String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"" where quotes: result += "\\\""
            case "\\" where quotes: result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.isCommand: result += codePoint(scalar)
            default: result.unicodeScalars.append(scalar)
            }
        }
    }

    /// `\u001b`, for example, of a character of the first plane.
    static func codePoint(_ scalar: Unicode.Scalar, uppercase: Bool = false) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: uppercase)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
