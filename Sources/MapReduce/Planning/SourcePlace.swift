/// The place of a closure in the source.
@usableFromInline
struct SourcePlace: Sendable {
    let file: StaticString
    let line: Int

    @usableFromInline
    init(_ file: StaticString, _ line: UInt) {
        self.file = file
        self.line = Int(line)
    }

    /// The file's base name.
    var fileName: String { "\(file)".split(separator: "/").last.map(String.init) ?? "\(file)" }
}
