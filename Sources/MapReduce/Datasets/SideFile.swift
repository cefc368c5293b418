internal import MapReduceEngine

/// A small file that every task of a job can read whole: a list of words, a table, a model.
///
/// It is given on the command line as `--file name=path`, and comes from `Input.file(_:)`. Every
/// process of the job finds the same bytes in it, on a cluster as well, where each worker gets it
/// once. Each call reads the file anew: what a closure needs for every record is best read in
/// `pipeline(_:)`, and captured.
///
///     func pipeline(_ input: Input) throws -> Pairs<String, Int> {
///         let stopwords = Set(try input.file("stopwords").lines())
///         …
///     }
public struct SideFile: Sendable {
    /// The name by which the job knows the file.
    public let name: String
    /// Where the file is for this process; it must not be written to.
    public let path: String

    /// Reads the whole file.
    /// - Throws: when it cannot be read.
    public func bytes() throws -> [UInt8] { try Files.read(path) }

    /// Reads the whole file as text, without a byte order mark at its start.
    /// - Throws: when it cannot be read, or is not valid UTF-8.
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

    /// Reads the lines of a text file, without what ends them (LF or CRLF).
    /// - Throws: when it cannot be read, or is not valid UTF-8.
    public func lines() throws -> [String] {
        // To Swift, CR and LF together are one character: they are told apart as bytes.
        var lines = try text().utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
        guard let rest = lines.popLast() else { return [] }
        return lines.map { String(Substring($0.last == 0x0D ? $0.dropLast() : $0)) }
            + (rest.isEmpty ? [] : [String(Substring(rest))])
    }
}

extension Input {
    /// The side file that the command line gives as `--file name=path`.
    ///
    /// To be asked for in `pipeline(_:)`, which is how it is known that the job needs it; it can be
    /// read there, and in closures.
    ///
    /// `name`: made of ASCII letters, digits, `_` and `-`.
    /// - Throws: `JobError` when the command line has no such file.
    public func file(_ name: String) throws -> SideFile { try files.file(name) }
}
