/// Quotes a record in a message: at most 200 bytes of it, with control characters escaped.
package enum RecordQuote {
    package static func text(of record: UnsafeRawBufferPointer) -> String {
        text(of: record, isCut: false)
    }

    /// Quotes the head of a record; `isCut`: whether there is more of it.
    package static func text(of record: UnsafeRawBufferPointer, isCut: Bool) -> String {
        let head = head(of: record)
        var text = "\""
        for character in String(decoding: head, as: UTF8.self).unicodeScalars {
            text += character.escaped(asASCII: false)
        }
        text += "\""
        if isCut {
            text += "…"
        } else if record.count > head.count {
            text += "… (\(record.count) bytes)"
        }
        return text
    }

    /// Returns what a message shows of a text: its first 200 bytes, cut between characters.
    package static func head(
        of record: UnsafeRawBufferPointer
    ) -> Slice<UnsafeRawBufferPointer> {
        var head = record.prefix(EngineLimits.maxQuoteByteCount)
        // Do not cut within a character: its continuation bytes begin with the bits 10.
        if head.count < record.count, let end = head.indices.last {
            let isInside = { record[$0] & 0xC0 == 0x80 }
            while isInside(head.endIndex), end - head.endIndex < 3 { head = head.dropLast() }
        }
        return head
    }
}
