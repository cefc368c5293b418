import Foundation
import MapReduceEngine
import MapReduceModel
import TestSupport
import Testing

/// Whether `gzip` can be run.
private let hasGzip = FileManager.default.isExecutableFile(atPath: "/usr/bin/gzip")

@Suite struct PartWriterTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @discardableResult
    private func write(
        _ records: [[UInt8]],
        header: String = "",
        to name: String,
        _ compression: OutputCompression
    ) throws -> OutputFile {
        let part = try PartWriter(path: directory(name), compression: compression)
        if !header.isEmpty { try Array(header.utf8).withUnsafeBytes { try part.add(header: $0) } }
        for record in records {
            try record.withUnsafeBytes { bytes in
                // Whole or in two pieces, it is the same record.
                if record.count % 2 == 0 { return try part.add(bytes) }
                let middle = record.count / 2
                try part.add(
                    UnsafeRawBufferPointer(rebasing: bytes[..<middle]),
                    UnsafeRawBufferPointer(rebasing: bytes[middle...])
                )
            }
        }
        return try part.commit()
    }

    private func bytes(of name: String) throws -> [UInt8] { try Files.read(directory(name)) }

    /// The members of a file in BGZF, by the lengths that they tell.
    private func members(_ bytes: [UInt8]) throws -> [ArraySlice<UInt8>] {
        var members: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let head = Array(rest.prefix(18))
            #expect(Array(head[..<16]) == Array(GzipBlocks.end[..<16]))
            let count = Int(head[16]) + Int(head[17]) << 8 + 1
            members.append(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        return members
    }

    @Test func theFileIsWhatWasAdded() throws {
        let records = [0, 1, 2, 1 << 18, (1 << 18) + 1, 3, 700_001].map { count in
            (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        }
        let file = try write(records, header: "head\n", to: "part", .none)
        let whole = Array("head\n".utf8) + records.joined()
        #expect(try bytes(of: "part") == whole)
        #expect(file.recordCount == records.count && file.byteCount == whole.count)
        #expect(file.checksum == whole.withUnsafeBytes { Checksum.of($0) })
    }

    /// The bytes of a small member, all of them known.
    @Test func membersAreWrittenByteByByte() throws {
        try write([Array("a\n".utf8)], to: "part", .gzip)
        let header: [UInt8] = [
            0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 6, 0, 0x42, 0x43, 2, 0, 0x1D, 0,
        ]
        let deflated: [UInt8] = [0x4B, 0xE4, 0x02, 0x00]
        let trailer: [UInt8] = [0x07, 0xA1, 0xEA, 0xDD, 2, 0, 0, 0]
        #expect(try bytes(of: "part") == header + deflated + trailer + GzipBlocks.end)
    }

    @Test(.enabled(if: hasGzip, "needs gzip"))
    func gzipReadsWhatWasCompressed() throws {
        try forEachSeed(10) { random in
            let name = "part\(random.next())"
            // Text, bytes that cannot be compressed, and records larger than a member.
            let records = (0..<20).map { index -> [UInt8] in
                let count = Int.random(in: 0...(index == 7 ? 200_000 : 20_000), using: &random)
                let most: UInt8 = index % 3 == 0 ? .max : 70
                return (0..<count).map { _ in UInt8.random(in: 65...most, using: &random) }
            }
            let file = try write(records, to: name + ".gz", .gzip)
            let stored = try bytes(of: name + ".gz")
            #expect(file.byteCount == stored.count)
            #expect(file.checksum == stored.withUnsafeBytes { Checksum.of($0) })
            #expect(try Command.run("/usr/bin/gzip", ["-t", directory(name + ".gz")]).code == 0)
            #expect(try Command.run("/usr/bin/gzip", ["-d", directory(name + ".gz")]).code == 0)
            #expect(try bytes(of: name) == Array(records.joined()))
            let members = try members(stored)
            #expect(members.allSatisfy { $0.count <= 1 << 16 })
            #expect(try #require(members.last).elementsEqual(GzipBlocks.end))
        }
    }

    @Test func bytesThatCannotBeCompressedFitAMember() throws {
        var random = SystemRandomNumberGenerator()
        let record = (0..<GzipBlocks.maxByteCount).map { _ in
            UInt8.random(in: 0...255, using: &random)
        }
        try write([record], to: "part", .gzip)
        let stored = try bytes(of: "part")
        #expect(try members(stored).count == 2)
        #expect(stored.count <= (1 << 16) + GzipBlocks.end.count)
    }

    @Test func equalRecordsGiveEqualFiles() throws {
        let records = (0..<50_000).map { Array("record \($0)\n".utf8) }
        try write(records, to: "a", .gzip)
        try write(records, to: "b", .gzip)
        #expect(try bytes(of: "a") == bytes(of: "b"))
    }

    @Test func noRecordsAreAValidFile() throws {
        try write([], to: "part", .gzip)
        #expect(try bytes(of: "part") == GzipBlocks.end)
    }

    @Test(arguments: OutputCompression.allCases)
    func aHeaderCanBeLeftOut(_ compression: OutputCompression) throws {
        let style = OutputStyle(.csv, compression)
        let records = [Array("1\n".utf8)]
        try write(records, header: "name\n", to: "a", compression)
        let headed = try bytes(of: "a")
        let count = try PartHeader.byteCount(of: OpenFile(reading: directory("a")), style)
        try write(records, to: "b", compression)
        #expect(try Array(headed[count...]) == bytes(of: "b"))
        try write([], to: "empty", compression)
        let empty = try OpenFile(reading: directory("empty"))
        #expect(try PartHeader.byteCount(of: empty, style) == 0)
        #expect(try PartHeader.byteCount(of: empty, OutputStyle(.tsv, compression)) == 0)
    }
}
