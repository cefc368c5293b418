internal import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// What this process was started with, as it was given: bytes that are not UTF-8 are refused by
/// name, or handed on as they are, but never repaired.
package enum CurrentProcess {
    /// The arguments, the program's name first.
    /// - Throws: `ArgumentError` when one of them is not UTF-8, or the system does not tell them.
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

    /// The value of a variable; nil for one that is not set, or to nothing.
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

    /// Checks the variables of this project, and some more.
    /// - Throws: `ArgumentError` when one of them is not UTF-8.
    package static func checkVariables(_ names: [String]) throws {
        for variable in variables
        where variable.name.hasPrefix("MAPREDUCE_") || names.contains(variable.name) {
            _ = try self.variable(variable.name)
        }
    }

    /// A variable, and its whole entry in the environment, which ends in 0.
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

/// Something that the process was started with and cannot use.
package struct ArgumentError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// Arguments as the parser of command lines must get them.
package enum ParserArguments {
    /// Splits `--name=` into `--name` and an empty value.
    ///
    /// The parser (swift-argument-parser 1.8) takes `--name=` for `--name`, and the argument that
    /// follows for its value. What follows `--` is not touched, nor a shell's request for
    /// completions.
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
