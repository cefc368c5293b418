internal import MapReduce

/// The inputs that a test gives a job to read: the files of one or several inputs.
///
///     ["users": ["1 ada", "2 bob"], "orders": .files(["monday.csv": "1,20\n2,70\n"])]
///     .files(["english.txt": "the cat\n", "german.txt": "die Katze\n"])
public struct TestInputs: Sendable {
    let files: [String: [GivenFile]]
    var sideFiles: [String: [UInt8]] = [:]

    /// Returns the same inputs with side files by name, as `--file name=path` gives them.
    public func with(sideFiles: [String: TestFile]) -> TestInputs {
        var inputs = self
        inputs.sideFiles = sideFiles.mapValues(\.bytes)
        return inputs
    }
}

extension TestInputs: ExpressibleByDictionaryLiteral {
    /// Creates inputs by name; the input without a name has the empty name.
    public init(dictionaryLiteral elements: (String, TestInput)...) {
        files = Dictionary(elements.map { ($0, $1.files) }) { $0 + $1 }
    }
}

extension TestInputs {
    /// Creates an input without a name from the lines of one file.
    public static func lines(_ lines: [String]) -> TestInputs { ["": .lines(lines)] }

    /// Creates an input without a name from files, in the order in which they are read.
    public static func files(_ files: KeyValuePairs<String, TestFile>) -> TestInputs {
        ["": .files(files)]
    }
}

/// The files of one input that a test gives; an array literal is the lines of one file.
public struct TestInput: Sendable, ExpressibleByArrayLiteral {
    let files: [GivenFile]

    /// Creates an input from the lines of one file.
    public init(arrayLiteral lines: String...) { self = .lines(lines) }

    init(files: [GivenFile]) { self.files = files }

    /// Creates an input from the lines of one file, whose name is `lines`.
    public static func lines(_ lines: [String]) -> TestInput {
        TestInput(
            files: [GivenFile(name: "lines", bytes: lines.flatMap { Array($0.utf8) + [0x0A] })]
        )
    }

    /// Creates an input from files by name, in the order in which they are read.
    public static func files(_ files: KeyValuePairs<String, TestFile>) -> TestInput {
        TestInput(files: files.map { GivenFile(name: $0, bytes: $1.bytes) })
    }
}

/// The contents of a file that a test gives: the text of a string literal, or any bytes.
public struct TestFile: Sendable, ExpressibleByStringLiteral {
    let bytes: [UInt8]

    /// Creates a file from text, unchanged.
    public init(stringLiteral text: String) { bytes = Array(text.utf8) }

    /// Creates a file from text, unchanged.
    public init(_ text: String) { bytes = Array(text.utf8) }

    /// Creates a file from any bytes, such as compressed ones.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }
}
