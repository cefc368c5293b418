import MapReduceEngine
import MapReduceModel
import TestSupport
import Testing

/// A segment that is sent is a run of its own.
@Suite struct SegmentDocumentTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func writeRun(partitionCount: Int, pairsInEach: Int) throws -> String {
        let path = directory("all.run")
        let writer = try RunWriter(path: path, partitionCount: partitionCount)
        for partition in 0..<partitionCount where partition % 3 != 1 {
            for number in 0..<pairsInEach {
                let key = [UInt8(partition), UInt8(number >> 8), UInt8(number & 255)]
                let value = [UInt8](repeating: UInt8(partition), count: 300)
                try key.withUnsafeBytes { key in
                    try value.withUnsafeBytes { value in
                        try writer.add(partition: partition, key: key, value: value)
                    }
                }
            }
        }
        return try writer.commit().file.path
    }

    private func pairs(_ path: String, _ partition: Int) throws -> [[UInt8]] {
        let cursor = try SegmentCursor(run: RunReader(path: path), partition: partition)
        var pairs: [[UInt8]] = []
        while try cursor.next() { pairs.append(Array(cursor.key) + Array(cursor.value)) }
        return pairs
    }

    private func bytes(
        _ document: SegmentDocument,
        chunk: Int,
        from start: Int = 0
    ) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: chunk)
        while true {
            let count = try buffer.withUnsafeMutableBytes {
                try document.read(into: $0, at: start + bytes.count)
            }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    @Test(arguments: [1, 7, 4096, 1 << 20])
    func hasThePairsOfItsPartition(_ chunk: Int) throws {
        let run = try writeRun(partitionCount: 4, pairsInEach: chunk == 1 ? 3 : 500)
        for partition in 0..<4 {
            let document = try SegmentDocument(run: run, partition: partition)
            let all = try bytes(document, chunk: chunk)
            #expect(all.count == document.byteCount)
            let path = try directory.write("part\(partition)", all)
            try SegmentDocument.verify(run: path)
            #expect(try pairs(path, 0) == pairs(run, partition))
        }
    }

    @Test func canBeReadFromAnyPlace() throws {
        let document = try SegmentDocument(
            run: try writeRun(partitionCount: 1, pairsInEach: 2),
            partition: 0
        )
        let all = try bytes(document, chunk: 1 << 16)
        for start in 0...all.count {
            #expect(try bytes(document, chunk: 100, from: start) == Array(all[start...]))
        }
    }

    @Test func aChangedByteIsNoticed() throws {
        let document = try SegmentDocument(
            run: try writeRun(partitionCount: 1, pairsInEach: 2),
            partition: 0
        )
        let all = try bytes(document, chunk: 1 << 16)
        for index in all.indices {
            var changed = all
            changed[index] ^= 4
            let path = try directory.write("changed", changed)
            // Four bytes of the entry in the index are not used, but are part of its checksum.
            #expect(throws: EngineError.self, "byte \(index)") {
                try SegmentDocument.verify(run: path)
            }
        }
    }

    @Test func aPartitionThatIsNotThereIsAnError() throws {
        let run = try writeRun(partitionCount: 2, pairsInEach: 1)
        for partition in [-1, 2, .max] {
            #expect(throws: EngineError.self) {
                try SegmentDocument(run: run, partition: partition)
            }
        }
    }
}
