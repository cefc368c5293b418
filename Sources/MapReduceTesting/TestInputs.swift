internal import MapReduce

/// What a test gives a job to read: the files of one input or of several.
///
///     ["users": ["1 ada", "2 bob"], "orders": .files(["monday.csv": "1,20\n2,70\n"])]
///     .files(["english.txt": "the cat\n", "german.txt": "die Katze\n"])
public struct TestInputs: Sendable {
    let files: [String: [GivenFile]]
    var sideFiles: [String: [UInt8]] = [:]

    /// The same inputs, and side files by their names, as `--file name=path` gives them.
    public func with(sideFiles: [String: TestFile]) -> TestInputs {
        var inputs = self
        inputs.sideFiles = sideFiles.mapValues(\.bytes)
        return inputs
    }
}

extension TestInputs: ExpressibleByDictionaryLiteral {
    /// Inputs by their names; the empty name is that of the files given without one.
    public init(dictionaryLiteral elements: (String, TestInput)...) {
        files = Dictionary(elements.map { ($0, $1.files) }) { $0 + $1 }
    }
}

extension TestInputs {
    /// The lines of one file, of an input without a name.
    public static func lines(_ lines: [String]) -> TestInputs { ["": .lines(lines)] }

    /// Files, of an input without a name, in the order in which they are read.
    public static func files(_ files: KeyValuePairs<String, TestFile>) -> TestInputs {
        ["": .files(files)]
    }
}

/// What a test gives in place of the files of one input; an array literal is the lines of one file.
public struct TestInput: Sendable, ExpressibleByArrayLiteral {
    let files: [GivenFile]

    /// The lines of one file.
    public init(arrayLiteral lines: String...) { self = .lines(lines) }

    init(files: [GivenFile]) { self.files = files }

    /// The lines of one file, whose name is `lines`.
    public static func lines(_ lines: [String]) -> TestInput {
        TestInput(
            files: [GivenFile(name: "lines", bytes: lines.flatMap { Array($0.utf8) + [0x0A] })]
        )
    }

    /// Files by their names, in the order in which they are read.
    public static func files(_ files: KeyValuePairs<String, TestFile>) -> TestInput {
        TestInput(files: files.map { GivenFile(name: $0, bytes: $1.bytes) })
    }
}

/// What is in a file that a test gives: the text of a string literal, or any bytes.
public struct TestFile: Sendable, ExpressibleByStringLiteral {
    let bytes: [UInt8]

    /// A file of text, as it is.
    public init(stringLiteral text: String) { bytes = Array(text.utf8) }

    /// A file of text, as it is.
    public init(_ text: String) { bytes = Array(text.utf8) }

    /// A file of any bytes: compressed ones, for example.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }
}
