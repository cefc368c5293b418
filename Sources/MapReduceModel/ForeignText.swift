/// Bytes from the system that should be text: names of files, arguments, variables.
///
/// Linux takes any bytes for these, while this engine keeps them as text, in messages, journals and
/// JSON. What is not UTF-8 is refused by name; it is never changed into something else.
package enum ForeignText {
    /// The bytes as a person can recognize and type them: those that are not ASCII as `\xE9`.
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
