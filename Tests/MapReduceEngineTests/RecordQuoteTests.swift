import MapReduceEngine
import Testing

@Suite struct RecordQuoteTests {
    @Test func recordsAreQuotedShortAndEscaped() {
        func quote(_ bytes: [UInt8]) -> String { bytes.withUnsafeBytes(RecordQuote.text) }
        #expect(quote(Array("a\t\"é\u{1b}".utf8)) == "\"a\\t\\\"é\\u{1B}\"")
        #expect(quote([UInt8](repeating: 0x78, count: 500)).hasSuffix("\"… (500 bytes)"))
        #expect(quote([]) == "\"\"")
        let cut = quote(Array(String(repeating: "x", count: 199).utf8) + Array("éé".utf8))
        #expect(cut.hasPrefix("\"xxx") && cut.hasSuffix("x\"… (203 bytes)"))
        #expect(quote([UInt8](repeating: 0x80, count: 300)).hasSuffix("(300 bytes)"))
    }
}
