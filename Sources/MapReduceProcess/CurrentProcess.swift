internal import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// The arguments and variables of this process, unmodified: bytes that are not UTF-8 are rejected
/// with an error that names them, or passed on unchanged, but never repaired.
package enum CurrentProcess {
    /// Returns the arguments, starting with the program's name.
    ///
    /// - Throws: `ArgumentError` when one of them is not UTF-8, or the system does not provide
    ///   them.
    package static func arguments() throws -> [String] {
        guard CommandLine.argc > 0 else {
            throw ArgumentError(
                "the system does not tell this process its arguments: /proc is not mounted; mount "
                    + "it (mount -t proc proc /proc)"
            )
        }
        return try (0..<Int(CommandLine.argc)).map { index in
            guard let argument = CommandLine.unsafeArgv[index] else { return "" }
            guard let text = String(validatingCString: argument) else {
                throw ArgumentError(
                    "argument \(index) is not valid UTF-8: \(escaped(argument)); rename the file, "
                        + "or convert the text (iconv)"
                )
            }
            return text
        }
    }

    /// Returns the value of a variable; nil if it is not set or is empty.
    ///
    /// - Throws: `ArgumentError` when it is not UTF-8.
    package static func variable(_ name: String) throws -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        guard let text = String(validatingCString: value) else {
            throw ArgumentError(
                "the variable \(name) is not valid UTF-8: \(escaped(value)); set it to another "
                    + "value, or unset it"
            )
        }
        return text
    }

    /// Checks the variables of this project, and the additional ones given.
    ///
    /// - Throws: `ArgumentError` when one of them is not UTF-8.
    package static func checkVariables(_ names: [String]) throws {
        for variable in variables
        where variable.name.hasPrefix("MAPREDUCE_") || names.contains(variable.name) {
            _ = try self.variable(variable.name)
        }
    }

    /// A variable, and its whole entry in the environment, terminated by 0.
    struct Variable {
        let name: String
        let entry: [CChar]
    }

    /// All variables.
    static var variables: [Variable] {
        var found: [Variable] = []
        var next = environ
        while let entry = next.pointee {
            next += 1
            let bytes = UnsafeBufferPointer(start: entry, count: strlen(entry) + 1)
            let name = bytes.prefix { $0 != 0x3D && $0 != 0 }.map { UInt8(bitPattern: $0) }
            found.append(
                Variable(name: String(decoding: name, as: UTF8.self), entry: Array(bytes))
            )
        }
        return found
    }

    private static func escaped(_ text: UnsafePointer<CChar>) -> String {
        ForeignText.escaped(
            UnsafeBufferPointer(start: text, count: strlen(text)).map { UInt8(bitPattern: $0) }
        )
    }
}

/// An error about an argument or variable of the process that it cannot use.
package struct ArgumentError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// Arguments in the form that the command-line parser needs.
package enum ParserArguments {
    /// Splits `--name=` into `--name` and an empty value.
    ///
    /// The parser (swift-argument-parser 1.8) takes `--name=` for `--name`, and the next argument
    /// for its value. Leaves arguments after `--` unchanged, and a shell's request for completions.
    package static func splittingEmptyValues(_ arguments: [String]) -> [String] {
        guard arguments.first != "---completion" else { return arguments }
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        return arguments[..<end].flatMap { argument -> [String] in
            guard argument.hasPrefix("--"), argument.utf8.last == UInt8(ascii: "="),
                argument.firstIndex(of: "=") == argument.index(before: argument.endIndex)
            else { return [argument] }
            return [String(argument.dropLast()), ""]
        } + arguments[end...]
    }
}
