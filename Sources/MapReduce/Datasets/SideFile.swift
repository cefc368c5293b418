internal import MapReduceEngine

/// A small file that every task of a job can read in full: a list of words, a table, a model.
///
/// The command line gives it as `--file name=path`, and `Input.file(_:)` returns it. Every process
/// of the job finds the same bytes in it, even on a cluster, where each worker gets it once. Each
/// call reads the file again: if a closure needs the contents for every record, read them in
/// `pipeline(_:)` and capture them.
///
///     func pipeline(_ input: Input) throws -> Pairs<String, Int> {
///         let stopwords = Set(try input.file("stopwords").lines())
///         …
///     }
public struct SideFile: Sendable {
    /// The name by which the job knows the file.
    public let name: String
    /// The path of the file for this process, which must not write to it.
    public let path: String

    /// Reads the whole file.
    /// - Throws: If it cannot be read.
    public func bytes() throws -> [UInt8] { try Files.read(path) }

    /// Reads the whole file as text, without a byte order mark at its start.
    /// - Throws: If it cannot be read or is not valid UTF-8.
    public func text() throws -> String {
        do {
            let bytes = try bytes()
            let isMarked = bytes.starts(with: byteOrderMark)
            return try String(validating: isMarked ? Array(bytes.dropFirst(3)) : bytes)
        } catch let failure as InvalidEncodingError {
            throw JobError(
                .usage,
                "the side file \(name) (\(path)) is no text: \(failure); read its bytes()"
            )
        }
    }

    /// Reads the lines of a text file, without their line ends (LF or CRLF).
    /// - Throws: If it cannot be read or is not valid UTF-8.
    public func lines() throws -> [String] {
        // Swift treats CR and LF together as one character, so the code compares bytes.
        var lines = try text().utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
        guard let rest = lines.popLast() else { return [] }
        return lines.map { String(Substring($0.last == 0x0D ? $0.dropLast() : $0)) }
            + (rest.isEmpty ? [] : [String(Substring(rest))])
    }
}

extension Input {
    /// Returns the side file that the command line gives as `--file name=path`.
    ///
    /// Call this in `pipeline(_:)`, which registers that the job needs the file. The file can be
    /// read there and in closures.
    ///
    /// - Parameter name: A name of ASCII letters, digits, `_` and `-`.
    /// - Returns: The side file.
    /// - Throws: `JobError` if the command line has no such file.
    public func file(_ name: String) throws -> SideFile { try files.file(name) }
}
