/// What a file that is not text is, by its first bytes.
///
/// No text begins like any of these: where a magic number is of letters, what follows must not be
/// text either.
struct FileKind {
    /// What the file is, after "it is": "a zip archive".
    let name: String
    /// How to make text of it.
    let advice: String

    init(_ name: String, _ advice: String) {
        self.name = name
        self.advice = advice
    }

    /// The kind of a file that begins with these bytes; nil if none is known.
    ///
    /// `head`: at least its first 512 bytes, if it has that many.
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

    /// Whether the first block is a tar header.
    ///
    /// Its checksum is the sum of its bytes, with spaces for those of the checksum. This also finds
    /// archives from before tar had a magic number.
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

    /// The encoding that a byte order mark tells, other than UTF-8.
    private static func encoding(of head: UnsafeRawBufferPointer) -> String? {
        if head.starts(with: [0xFF, 0xFE, 0, 0]) || head.starts(with: [0, 0, 0xFE, 0xFF]) {
            return "UTF-32"
        }
        guard head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) else { return nil }
        // Bytes of another encoding may begin like this; but in UTF-16 a line end has a NUL.
        return head.contains(0) || !head.contains(0x0A) ? "UTF-16" : nil
    }
}
