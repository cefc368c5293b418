#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// The JSON that this project writes and reads: the encoder's settings, and the escapes for strings
/// that are written by hand.
///
/// Keys are sorted, so that equal values have equal bytes. Records of an output are the only
/// exception: their JSON has its own writer (`TextWriter`), for bytes that need not be UTF-8.
package enum JSONText {
    // MARK: Values

    /// Encodes a value in one line, for a file, a frame or the body of a request.
    package static func data(_ value: some Encodable) throws -> Data {
        try encoder().encode(value)
    }

    /// Encodes values, one per line.
    package static func lines(_ values: [some Encodable]) throws -> String {
        let encoder = encoder()
        return try values.map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }
            .joined()
    }

    /// Encodes a value for people to read, indented and with a trailing newline.
    package static func pretty(_ value: some Encodable) throws -> String {
        String(decoding: try encoder(.prettyPrinted).encode(value), as: UTF8.self) + "\n"
    }

    /// Decodes a value from JSON.
    /// - Throws: If the JSON does not represent such a value.
    package static func decode<Value: Decodable>(
        _ type: Value.Type,
        from data: Data
    ) throws -> Value {
        try JSONDecoder().decode(type, from: data)
    }

    /// Decodes a value from bytes, which are copied.
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

    /// Returns a text as a JSON string, including its quotes.
    package static func quoted(_ text: String) -> String {
        var result = ""
        append(quoted: text, to: &result)
        return result
    }

    /// Appends a text as a JSON string, including its quotes.
    ///
    /// Cost: linear; avoids an allocation for each of many small texts.
    package static func append(quoted text: String, to result: inout String) {
        result += "\""
        append(escaped: text, quotes: true, to: &result)
        result += "\""
    }

    /// Escapes everything in a text that ends a line or controls a terminal; with `quotes` also
    /// quotes and backslashes, as in a JSON string.
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

    /// Returns an escape such as `\u001b` for a character of the Basic Multilingual Plane.
    static func codePoint(_ scalar: Unicode.Scalar, uppercase: Bool = false) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: uppercase)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
