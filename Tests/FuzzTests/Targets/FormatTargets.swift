import MapReduceEngine
import MapReduceModel

@testable import MapReduce

/// CSV, cut wherever the first number of the input says.
struct RowTarget: FuzzTarget {
    let name = "rows"
    let mutation = Mutation.bytes

    private static let syntax = RowSyntax(
        separator: 0x2C,
        quote: 0x22,
        hasEscapes: false,
        hasHeader: false
    )

    func seeds() -> [[UInt8]] {
        let rows = Array(
            "id,name\r\n1,\"Ada \"\"L\"\"\"\n\n2,\"two\nlines\"\r,\"\"\n3,5\" b\n".utf8
        )
        let before = Array(String(repeating: "a,\"b\"\n", count: 7).utf8)
        return [0, 9, 12, 20, 58, 70].map { bytes(of: $0) + ($0 < 50 ? rows : before + rows) }
    }

    /// - Returns: whether no row is malformed.
    func check(_ input: [UInt8]) throws -> Bool {
        var supply = ByteSupply(input)
        let number = supply.integer()
        let text = Array(supply.rest)
        let file = try MemoryFile()
        try file.set(text)
        let whole = try InputFiles.inspect(file.path).wholePiece
        guard whole.compression == .none else { return false }
        let cut = Int(number.magnitude % UInt(text.count + 1))
        let (expected, isValid) = try rows(whole)
        var (first, second) = (whole, whole)
        first.byteCount = cut
        (second.offset, second.byteCount) = (cut, text.count - cut)
        let found = try rows(first).offsets + rows(second).offsets
        try require(found == expected, "cut at \(cut), there are other rows")
        return isValid
    }

    private func rows(_ piece: FilePiece) throws -> (offsets: [Int], isValid: Bool) {
        var limits = RowLimits()
        limits.lookByteCount = 2
        let reader = try RowReader(piece, syntax: Self.syntax, limits: limits)
        var offsets: [Int] = []
        var isValid = true
        while let row = try reader.next() {
            offsets.append(reader.recordOffset)
            if reader.problem != nil { isValid = false }
            for field in reader.fields {
                try require(
                    field.start <= field.end && Int(field.end) <= row.count,
                    "a field is outside its row"
                )
            }
        }
        return (offsets, isValid)
    }
}

/// Gzip files of many members, cut wherever the first number of the input says.
struct MemberTarget: FuzzTarget {
    let name = "members"
    let mutation = Mutation.bytes

    func seeds() throws -> [[UInt8]] {
        let members = try ["one\ntw", "", "o\r\nthree\n", "four"].map {
            try GzipTarget.gzip(Array($0.utf8))
        }
        return [0, 1, 27, 40, 60].map { bytes(of: $0) + members.joined() }
    }

    func check(_ input: [UInt8]) throws -> Bool {
        var supply = ByteSupply(input)
        let number = supply.integer()
        let stored = Array(supply.rest)
        let file = try MemoryFile()
        try file.set(stored)
        var whole = try InputFiles.inspect(file.path).wholePiece
        whole.compression = .gzipMembers
        let cut = Int(number.magnitude % UInt(stored.count + 1))
        var (first, second) = (whole, whole)
        first.byteCount = cut
        (second.offset, second.byteCount) = (cut, stored.count - cut)
        let expected = try lines(whole)
        let found = try lines(first).flatMap { first in try lines(second).map { first + $0 } }
        guard let found else { return false }
        try require(found == expected, "cut at \(cut), there are other lines")
        return true
    }

    /// Nil for a file that is refused.
    private func lines(_ piece: FilePiece) throws -> [[UInt8]]? {
        do {
            let reader = try MemberLineReader(piece)
            var lines: [[UInt8]] = []
            while let line = try reader.next() { lines.append(Array(line)) }
            return lines
        } catch let error as EngineError {
            try require(error.kind == .badInput, "a damaged file is \(error.kind): \(error)")
            return nil
        }
    }
}

/// Lines of JSON.
struct JSONTarget: FuzzTarget {
    let name = "json"
    let mutation = Mutation.json

    func seeds() -> [[UInt8]] {
        [
            #"{"user":"ada","bytes":12,"in":{"number":1.5e3,"list":[1,{"a":null}]}}"#,
            #" { "x" : [] , "b" : -0 , "user" : "b\"\\\u00e9\ud83d\ude00" } "#, "{}", "[]",
        ].map { Array($0.utf8) }
    }

    func check(_ line: [UInt8]) throws -> Bool {
        let padded = line + [UInt8](repeating: 0x22, count: 64)
        return try padded.withUnsafeBytes { bytes in
            let bytes = UnsafeRawBufferPointer(rebasing: bytes[..<line.count])
            do {
                var scanner = JSONScanner(bytes)
                try scanner.forEachMember { key, value in
                    try require(
                        key.start <= key.end && key.end <= value.start && value.start <= value.end
                            && value.end <= line.count,
                        "a value is outside its line"
                    )
                    if value.kind == .string { _ = try JSONScanner.unescape(bytes, value) }
                    if value.kind == .number {
                        let text = UnsafeRawBufferPointer(rebasing: bytes[value.start..<value.end])
                        try require(NumberText.double(text) != nil, "a number is none")
                    }
                }
                try scanner.finish()
                return true
            } catch let problem as JSONError {
                try require(0...line.count ~= problem.offset, "a problem is outside its line")
                return false
            }
        }
    }
}
