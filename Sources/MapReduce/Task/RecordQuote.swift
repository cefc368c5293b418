/// Shows a record in a message: at most 200 bytes of it, with control characters escaped.
enum RecordQuote {
    static let maxByteCount = 200

    static func text(of record: UnsafeRawBufferPointer) -> String {
        let head = record.prefix(maxByteCount)
        var text = "\""
        for character in String(decoding: head, as: UTF8.self).unicodeScalars {
            text += character.escaped(asASCII: false)
        }
        text += "\""
        if record.count > head.count { text += "… (\(record.count) bytes)" }
        return text
    }
}
