import Foundation
import MapReduceModel
import Testing

/// JSON as all targets write it.
@Suite struct JSONTextTests {
    private struct Pair: Codable, Equatable {
        var second: String
        var first: Int
    }

    @Test(arguments: [
        "", "plain", "a\"b\\c", "line\nreturn\rtab\t", "\u{0}\u{1F}\u{7F}\u{85}", "é日🦊",
        "\u{202E}\u{2028}\u{2029}\u{2066}", "</script>",
    ])
    func aQuotedTextReadsAsItself(_ text: String) throws {
        let quoted = JSONText.quoted(text)
        #expect(try JSONText.decode([String].self, from: Array("[\(quoted)]".utf8)) == [text])
        #expect(quoted == quoted.printableLine, "no terminal obeys it")
        var appended = "x"
        JSONText.append(quoted: text, to: &appended)
        #expect(appended == "x" + quoted)
    }

    @Test func escapesAreTheShortOnes() {
        #expect(JSONText.quoted("\"\\\n\r\t\u{1B}\u{2028}/") == #""\"\\\n\r\t\u001b\u2028/""#)
        #expect(JSONText.escaped("\"\\\n", quotes: false) == #""\\n"#)
    }

    @Test func equalValuesAreEqualBytes() throws {
        let pair = Pair(second: "a/b", first: 1)
        let line = #"{"first":1,"second":"a/b"}"#
        #expect(try String(decoding: JSONText.data(pair), as: UTF8.self) == line)
        #expect(try JSONText.lines([pair, pair]) == "\(line)\n\(line)\n")
        #expect(try JSONText.pretty(pair) == "{\n  \"first\" : 1,\n  \"second\" : \"a/b\"\n}\n")
        #expect(try JSONText.decode(Pair.self, from: Data(line.utf8)) == pair)
    }
}
