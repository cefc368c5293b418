/// Bytes from the system that should be text: file names, arguments, environment variables.
///
/// Linux allows any bytes here, while this engine keeps them as text, in messages, journals and
/// JSON. Bytes that are not UTF-8 are rejected in a message that names them; they are never changed
/// into something else.
package enum ForeignText {
    /// Returns the bytes as a person can recognize and type them: non-ASCII bytes as `\xE9`.
    package static func escaped(_ bytes: some Sequence<UInt8>) -> String {
        var text = ""
        for byte in bytes {
            if byte < 0x80 {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "\\x" + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }
}
