#if canImport(Glibc)
internal import Glibc
#endif

/// The fields that a task's closure requests from the current JSON line.
///
/// A closure requests the same fields of every line. So `set` finds all fields requested so far in
/// one pass over the line; a field requested for the first time takes another pass.
///
/// It belongs to the single thread that runs the task.
package final class JSONFields {
    private let errors: any RecordErrors
    // One task's thread owns it: exclusivity checks would only cost time.
    @exclusivity(unchecked) private var line = UnsafeRawBufferPointer(start: nil, count: 0)
    @exclusivity(unchecked) private var asked: [Field] = []
    @exclusivity(unchecked) private var next = 0
    @exclusivity(unchecked) private var isScanned = false
    /// Decoded strings, whose bytes differ from those of the line; kept until the next line.
    @exclusivity(unchecked) private var decoded: [UnsafeMutableRawBufferPointer] = []

    private struct Field {
        let path: String
        /// The names on the path, as UTF-8.
        let names: [[UInt8]]
        var value: JSONValue?
    }

    /// - Parameter errors: creates errors that contain the line's place.
    package init(_ errors: any RecordErrors) { self.errors = errors }

    deinit { forget() }

    /// Moves to a line.
    package func set(_ line: UnsafeRawBufferPointer) throws {
        self.line = line
        next = 0
        isScanned = false
        if !decoded.isEmpty { forget() }
        // The line is checked even if the closure requests nothing.
        try scan()
    }

    private func forget() {
        for text in decoded { text.deallocate() }
        decoded = []
    }

    /// Returns the value at a path; nil if it is absent.
    package func value(_ path: String) throws -> JSONValue? {
        if next < asked.count, asked[next].path == path {
            next &+= 1
            return asked[next &- 1].value
        }
        if let index = asked.firstIndex(where: { $0.path == path }) {
            next = index + 1
            return asked[index].value
        }
        asked.append(Field(path: path, names: Self.names(of: path)))
        next = asked.count
        try scan()
        return asked[asked.count - 1].value
    }

    /// Returns the names on a path, which dots separate; within a name, `\.` is a dot and `\\` a
    /// backslash.
    static func names(of path: String) -> [[UInt8]] {
        var names: [[UInt8]] = [[]]
        var isEscaped = false
        for byte in path.utf8 {
            if isEscaped {
                if byte != 0x2E, byte != 0x5C { names[names.count - 1].append(0x5C) }
                names[names.count - 1].append(byte)
                isEscaped = false
            } else if byte == 0x5C {
                isEscaped = true
            } else if byte == 0x2E {
                names.append([])
            } else {
                names[names.count - 1].append(byte)
            }
        }
        if isEscaped { names[names.count - 1].append(0x5C) }
        return names
    }

    private func scan() throws {
        for index in asked.indices { asked[index].value = nil }
        do {
            var scanner = JSONScanner(line)
            try scan(&scanner, depth: 0, parent: nil)
            try scanner.finish()
        } catch let problem as JSONError {
            throw error(problem)
        }
    }

    /// Goes through an object.
    ///
    /// `parent`: a field whose path led here; nil at the top level.
    private func scan(
        _ scanner: inout JSONScanner,
        depth: Int,
        parent: Int?
    ) throws {
        let line = self.line
        try scanner.forEachMember { key, value in
            for index in asked.indices {
                let names = asked[index].names
                guard depth < names.count, parent.map({ leads(index, like: $0, depth) }) ?? true,
                    matches(key, names[depth], line)
                else { continue }
                if depth + 1 == names.count {
                    asked[index].value = value.kind == .null ? nil : value
                } else if isFirst(index, depth) {
                    // Of members with the same name, the last one counts, with everything in it.
                    clear(like: index, depth)
                    guard value.kind == .object else { continue }
                    var inner = JSONScanner(
                        UnsafeRawBufferPointer(rebasing: line[..<value.end]),
                        at: value.start
                    )
                    try scan(&inner, depth: depth + 1, parent: index)
                }
            }
        }
    }

    /// Returns whether two paths have the same names before a depth.
    private func leads(_ index: Int, like other: Int, _ depth: Int) -> Bool {
        index == other || asked[index].names.prefix(depth) == asked[other].names.prefix(depth)
    }

    /// Returns whether no earlier path leads into the same object.
    private func isFirst(_ index: Int, _ depth: Int) -> Bool {
        !asked[..<index].contains { other in
            other.names.count > depth + 1
                && other.names.prefix(depth + 1) == asked[index].names.prefix(depth + 1)
        }
    }

    private func clear(like index: Int, _ depth: Int) {
        for other in asked.indices
        where asked[other].names.count > depth + 1 && leads(other, like: index, depth + 1) {
            asked[other].value = nil
        }
    }

    @inline(__always)
    private func matches(
        _ key: JSONValue,
        _ name: [UInt8],
        _ line: UnsafeRawBufferPointer
    ) -> Bool {
        guard !key.hasEscapes else {
            do {
                return try JSONScanner.unescape(line, key) == name
            } catch {
                // A name with half of a character differs from every name on a path.
                return false
            }
        }
        let count = key.end &- key.start
        guard count == name.count, let base = line.baseAddress else { return false }
        return name.withUnsafeBytes { name in
            guard let start = name.baseAddress else { return count == 0 }
            return memcmp(start, base + key.start, count) == 0
        }
    }

    // MARK: Values

    private func present(_ path: String) throws -> JSONValue {
        guard let value = try value(path) else {
            let hint =
                Self.names(of: path).count > 1
                ? "; a dot leads into an object, and \"\\.\" is a dot of a name" : ""
            throw error(JSONError(message: "the line has no \"\(path)\"\(hint)", offset: 0))
        }
        return value
    }

    private func stored(_ value: JSONValue) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: line[value.start..<value.end])
    }

    /// Returns the bytes of a string, valid until the next line.
    package func text(_ path: String) throws -> UnsafeRawBufferPointer {
        let value = try present(path)
        guard value.kind == .string else { throw mismatch(path, value, "is no string") }
        guard value.hasEscapes else { return stored(value) }
        let text: [UInt8]
        do {
            text = try JSONScanner.unescape(line, value)
        } catch {
            throw self.error(error)
        }
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: text.count, alignment: 1)
        copy.copyBytes(from: text)
        decoded.append(copy)
        return UnsafeRawBufferPointer(copy)
    }

    package func string(_ path: String) throws -> String {
        String(decoding: try text(path), as: UTF8.self)
    }

    package func int(_ path: String) throws -> Int {
        let value = try present(path)
        guard value.kind == .number else { throw mismatch(path, value, "is no number") }
        let bytes = stored(value)
        if let number = NumberText.int(bytes) { return number }
        // Digits alone are too large a number; with a fraction or an exponent it may still be
        // whole.
        guard bytes.contains(where: { $0 == 0x2E || $0 | 0x20 == 0x65 }),
            let number = NumberText.double(bytes), number.magnitude <= 0x1p53,
            let whole = Int(exactly: number)
        else { throw mismatch(path, value, "is no whole number that fits 64 bits") }
        return whole
    }

    package func double(_ path: String) throws -> Double {
        let value = try present(path)
        guard value.kind == .number, let number = NumberText.double(stored(value)),
            number.isFinite
        else { throw mismatch(path, value, "is no number that can be held") }
        return number
    }

    package func bool(_ path: String) throws -> Bool {
        let value = try present(path)
        switch value.kind {
        case .true: return true
        case .false: return false
        case .string, .number, .object, .array, .null:
            throw mismatch(path, value, "is neither true nor false")
        }
    }

    // MARK: Errors

    private func mismatch(_ path: String, _ value: JSONValue, _ reason: String) -> any Error {
        error(
            JSONError(
                message: "\"\(path)\" \(reason): \(RecordQuote.text(of: stored(value)))",
                offset: value.start
            )
        )
    }

    private func error(_ problem: JSONError) -> any Error {
        errors.error(problem.message, in: line, at: problem.offset)
    }
}
