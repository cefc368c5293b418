import Foundation
import Testing

/// Checks that a value is encoded as a golden file says, and decoded from it; `UPDATE=1` writes the
/// file anew.
///
/// `path`: of the file, from the root of the package on.
package func checkGolden<Value: Codable & Equatable>(_ value: Value, _ path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    let json = String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    let path = packageRoot + "/" + path
    if ProcessInfo.processInfo.environment["UPDATE"] != nil {
        try Data(json.utf8).write(to: URL(fileURLWithPath: path))
    }
    #expect(try readText(path) == json)
    #expect(try JSONDecoder().decode(Value.self, from: Data(json.utf8)) == value)
}
