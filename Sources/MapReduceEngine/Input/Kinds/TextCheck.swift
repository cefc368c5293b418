internal import MapReduceModel

/// Rejects files that a job would read as text although they are not text.
///
/// The check runs when a job is planned: later readers of the files compare their signatures.
package enum TextCheck {
    /// Checks the first bytes of each file's text; for a compressed file, those of the decompressed
    /// text.
    ///
    /// `allowsNUL`: whether the files may contain NULs, which no text contains.
    /// `name`: what a message calls a file.
    ///
    /// - Throws: `EngineError` of kind `badInput` that says which file it is, what the file
    ///   contains, and how to convert it.
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
