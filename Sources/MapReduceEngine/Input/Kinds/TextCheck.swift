internal import MapReduceModel

/// Refuses files that a job would read as text though they are not.
///
/// It is done where a job is planned: whoever reads the files later compares their signatures.
package enum TextCheck {
    /// Looks at the first bytes of each file's text: that of a compressed file when it is
    /// decompressed.
    ///
    /// `allowsNUL`: whether bytes that are in no text may be in the files all the same.
    /// `name`: what a message calls a file.
    ///
    /// - Throws: `EngineError` of kind `badInput` that names the file, what it is, and how to
    ///   convert it.
    package static func check(
        _ files: [PlannedFile],
        allowsNUL: Bool,
        name: (PlannedFile) -> String = { $0.path }
    ) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: EngineLimits.textCheckByteCount,
            alignment: 16
        )
        defer { buffer.deallocate() }
        for file in files where file.signature.byteCount > 0 {
            let source = try InputFile(file.wholePiece).text()
            var count = 0
            while count < buffer.count {
                let room = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
                let more = try source.read(into: room)
                if more == 0 { break }
                count += more
            }
            let head = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            guard let problem = problem(head, allowsNUL: allowsNUL) else { continue }
            let place =
                file.compression == .none ? name(file) : "what \(name(file)) has compressed"
            throw EngineError(
                .badInput,
                "\(place) \(problem); to read it as it is, add --input-format text"
            )
        }
    }

    private static func problem(_ head: UnsafeRawBufferPointer, allowsNUL: Bool) -> String? {
        if let kind = FileKind(head: head) { return "is \(kind.name), not text; \(kind.advice)" }
        guard !allowsNUL, let index = head.firstIndex(of: 0) else { return nil }
        return "has a NUL at byte \(index), as no text has; if it is in UTF-16, convert it with "
            + "iconv -f UTF-16 -t UTF-8"
    }
}
