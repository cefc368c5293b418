import Foundation

/// A value of JSON.
package enum JSONValue: Hashable, Decodable {
    case null
    case boolean(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    package init(parsing text: String) throws {
        self = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }

    package subscript(key: String) -> JSONValue? {
        if case .object(let fields) = self { fields[key] } else { nil }
    }
}

/// The part of JSON Schema 2020-12 that this project's schemas use.
///
/// A keyword that is not known here is an error, so that nothing goes unchecked.
package struct JSONSchema {
    private let root: JSONValue

    package init(parsing text: String) throws { root = try JSONValue(parsing: text) }

    package struct Flaw: Error, CustomStringConvertible {
        package let description: String
    }

    /// What is wrong with a document, and where; nothing when it is as the schema says.
    ///
    /// Readers pass over fields that they do not know. Here those are flaws as well: each field
    /// that is written is to be described.
    package func flaws(of document: JSONValue) throws -> [String] {
        try flaws(of: document, root, at: "")
    }

    private func flaws(
        of value: JSONValue,
        _ schema: JSONValue,
        at path: String
    ) throws -> [String] {
        guard case .object(let keywords) = schema else { throw Flaw(description: "\(schema)") }
        var flaws: [String] = []
        for (keyword, rule) in keywords {
            flaws += try check(value, keyword, rule, keywords, at: path)
        }
        return flaws
    }

    private func check(
        _ value: JSONValue,
        _ keyword: String,
        _ rule: JSONValue,
        _ schema: [String: JSONValue],
        at path: String
    ) throws -> [String] {
        switch (keyword, rule) {
        case ("$schema", _), ("$id", _), ("title", _), ("description", _), ("$defs", _): return []
        case ("$ref", .string(let name)):
            guard name.hasPrefix("#/$defs/"), let target = root["$defs"]?[String(name.dropFirst(8))]
            else { throw Flaw(description: "there is no \(name)") }
            return try flaws(of: value, target, at: path)
        case ("type", .string(let type)):
            return Self.isOf(type, value) ? [] : ["\(path) is no \(type)"]
        case ("const", _): return value == rule ? [] : ["\(path) is another constant"]
        case ("enum", .array(let values)):
            return values.contains(value) ? [] : ["\(path) is none of its values: \(value)"]
        case ("minimum", .number(let limit)):
            if case .number(let number) = value, number < limit { return ["\(path) is too small"] }
            return []
        case ("maximum", .number(let limit)):
            if case .number(let number) = value, number > limit { return ["\(path) is too large"] }
            return []
        case ("items", _):
            guard case .array(let items) = value else { return [] }
            return try items.enumerated().flatMap { try flaws(of: $1, rule, at: "\(path)/\($0)") }
        case ("required", .array(let names)):
            return names.compactMap { name in
                guard case .string(let name) = name, value[name] == nil else { return nil }
                return "\(path) has no \(name)"
            }
        case ("properties", .object(let properties)):
            guard case .object(let fields) = value else { return [] }
            return try fields.sorted { $0.key < $1.key }.flatMap { name, field in
                guard let property = properties[name] else {
                    return ["\(path)/\(name) is not described"]
                }
                return try flaws(of: field, property, at: "\(path)/\(name)")
            }
        case ("oneOf", .array(let choices)):
            let count = try choices.count { try flaws(of: value, $0, at: path).isEmpty }
            return count == 1 ? [] : ["\(path) is \(count) of its choices: \(value)"]
        default: throw Flaw(description: "the keyword \(keyword) is not known here")
        }
    }

    private static func isOf(_ type: String, _ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("object", .object), ("array", .array), ("string", .string), ("boolean", .boolean),
            ("number", .number), ("null", .null):
            true
        case ("integer", .number(let number)): number.rounded() == number
        default: false
        }
    }

    /// The places of the schema that say nothing of what they are.
    package var undescribed: [String] { Self.undescribed(root, at: "") }

    private static func undescribed(_ schema: JSONValue, at path: String) -> [String] {
        guard case .object(let keywords) = schema else { return [] }
        var places: [String] = []
        if keywords["description"] == nil, keywords["$ref"] == nil { places.append(path) }
        for group in ["properties", "$defs"] {
            guard case .object(let parts)? = keywords[group] else { continue }
            for (name, part) in parts { places += undescribed(part, at: "\(path)/\(name)") }
        }
        if let items = keywords["items"] { places += undescribed(items, at: path + "/items") }
        if case .array(let choices)? = keywords["oneOf"] {
            for choice in choices { places += undescribed(choice, at: path + "/oneOf") }
        }
        return places
    }
}

/// That of reports of jobs.
package func jobReportSchema() throws -> JSONSchema {
    try JSONSchema(parsing: try readText(packageRoot + "/Documentation/job-report.schema.json"))
}
