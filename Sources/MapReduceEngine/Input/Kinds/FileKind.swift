/// The kind of a file that is not text, determined from its first bytes.
///
/// No text begins like any of these: if a magic number consists of letters, the bytes after it must
/// not be text either.
struct FileKind {
    /// The kind in words, to follow "it is": "a zip archive".
    let name: String
    /// How to convert the file to text.
    let advice: String

    init(_ name: String, _ advice: String) {
        self.name = name
        self.advice = advice
    }

    /// Creates the kind of a file that begins with these bytes; nil if no kind matches.
    ///
    /// - Parameter head: at least the first 512 bytes of the file, or all of them if there are
    ///   fewer.
    init?(head: UnsafeRawBufferPointer) {
        if let magic = MagicNumber.all.first(where: { $0.begins(head) }) {
            self = magic.kind
        } else if Bzip2.begins(head) {
            self.init("compressed by bzip2", "decompress it with bunzip2")
        } else if Self.isTar(head) {
            self.init("a tar archive", "unpack it with tar -xf")
        } else if let encoding = Self.encoding(of: head) {
            self.init("text in \(encoding)", "convert it with iconv -f \(encoding) -t UTF-8")
        } else {
            return nil
        }
    }

    /// Returns whether the first block is a tar header.
    ///
    /// Its checksum is the sum of its bytes, with the checksum's own bytes counted as spaces. This
    /// also finds archives from before tar had a magic number.
    private static func isTar(_ head: UnsafeRawBufferPointer) -> Bool {
        guard head.count >= 512 else { return false }
        let field = 148..<156
        var sum = field.count * 0x20
        for index in 0..<512 where !field.contains(index) { sum += Int(head[index]) }
        var stored = 0
        for byte in head[field].drop(while: { $0 == 0x20 }) {
            guard 0x30...0x37 ~= byte else { break }
            stored = stored << 3 | Int(byte & 7)
        }
        return stored == sum
    }

    /// Returns the encoding, other than UTF-8, that a byte order mark indicates.
    private static func encoding(of head: UnsafeRawBufferPointer) -> String? {
        if head.starts(with: [0xFF, 0xFE, 0, 0]) || head.starts(with: [0, 0, 0xFE, 0xFF]) {
            return "UTF-32"
        }
        guard head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) else { return nil }
        // Bytes in another encoding may begin like this, but in UTF-16 a line end contains a NUL.
        return head.contains(0) || !head.contains(0x0A) ? "UTF-16" : nil
    }
}
