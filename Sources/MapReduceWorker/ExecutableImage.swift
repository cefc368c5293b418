internal import MapReduceEngine
package import MapReduceModel

/// Reads the headers of an executable, whatever bytes they contain.
package enum ExecutableImage {
    package static func read(_ path: String) throws -> ProgramFailure.Image {
        let file = try OpenFile(reading: path)
        let head = try bytes(of: file, at: 0, WorkerLimits.executableHeadByteCount)
        if head.starts(with: Array("#!".utf8)) {
            let line = head.dropFirst(2).prefix { $0 != 10 && $0 != 0 }
            let words = String(decoding: line, as: UTF8.self).split(separator: " ")
            let interpreter = String(words.first ?? "")
            return .script(interpreter: interpreter, hasInterpreter: try exists(interpreter))
        }
        // 64-bit, little-endian: the format that Swift is built for on Linux.
        guard head.count >= 64, head.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else { return .other }
        let machine = machineName(number(head, at: 18, byteCount: 2))
        guard head[4] == 2, head[5] == 1 else {
            return .elf(machine: machine, interpreter: nil, hasInterpreter: true)
        }
        let interpreter = try interpreter(of: file)
        return .elf(
            machine: machine,
            interpreter: interpreter,
            hasInterpreter: try interpreter.map(exists) ?? true
        )
    }

    /// Returns the loader of an executable, from the program header of that type.
    private static func interpreter(of file: OpenFile) throws -> String? {
        guard let part = try parts(of: file).first(where: { $0.type == 3 }),
            part.offset < WorkerLimits.maxExecutableOffset,
            part.byteCount <= WorkerLimits.executableHeadByteCount
        else { return nil }
        let name = try bytes(of: file, at: part.offset, part.byteCount).prefix { $0 != 0 }
        return String(decoding: name, as: UTF8.self)
    }

    /// A part of an executable that its loader needs.
    struct Part {
        let type: Int
        let offset: Int
        let byteCount: Int
    }

    /// Returns the parts of a 64-bit executable, as listed in its program headers.
    static func parts(of file: OpenFile) throws -> [Part] {
        let head = try bytes(of: file, at: 0, 64)
        guard head.count == 64, head.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]) else { return [] }
        let offset = number(head, at: 32, byteCount: 8)
        let size = number(head, at: 54, byteCount: 2)
        guard size >= 56, offset < WorkerLimits.maxExecutableOffset else { return [] }
        var parts: [Part] = []
        for index in 0..<min(number(head, at: 56, byteCount: 2), 64) {
            let entry = try bytes(of: file, at: offset + index * size, 56)
            guard entry.count == 56 else { break }
            parts.append(
                Part(
                    type: number(entry, at: 0, byteCount: 4),
                    offset: number(entry, at: 8, byteCount: 8),
                    byteCount: number(entry, at: 32, byteCount: 8)
                )
            )
        }
        return parts
    }

    private static func exists(_ path: String) throws -> Bool {
        path.hasPrefix("/") ? try Files.kind(of: path) == .file : true
    }

    static func bytes(of file: OpenFile, at offset: Int, _ count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
        }
    }

    /// Reads a little-endian number; returns the largest `Int` for numbers that are too large.
    private static func number(_ bytes: [UInt8], at offset: Int, byteCount: Int) -> Int {
        let value = bytes[offset..<offset + byteCount].reversed().reduce(UInt64(0)) {
            $0 << 8 | UInt64($1)
        }
        return Int(clamping: value)
    }

    /// Returns the machine's name as `uname -m` prints it.
    private static func machineName(_ number: Int) -> String {
        switch number {
        case 3: "i386"
        case 21: "ppc64"
        case 22: "s390x"
        case 40: "arm"
        case 62: "x86_64"
        case 183: "aarch64"
        case 243: "riscv64"
        case 258: "loongarch64"
        default: "machine \(number)"
        }
    }
}
