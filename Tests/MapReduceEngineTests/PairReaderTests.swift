import MapReduceEngine
import MapReduceModel
import TestSupport
import Testing

@Suite struct PairReaderTests {
    private func run(_ directory: TemporaryDirectory) throws -> String {
        let path = directory("part-00000.run")
        let writer = try RunWriter(path: path, partitionCount: 3)
        for (partition, key) in [(0, "a"), (0, "b"), (2, "c")] {
            try Array(key.utf8).withUnsafeBytes { key in
                try writer.add(partition: partition, key: key, value: key)
            }
        }
        _ = try writer.commit()
        return path
    }

    @Test func givesThePairsOfAllPartitions() throws {
        let directory = try TemporaryDirectory()
        let reader = try PairReader(InputFiles.inspect(run(directory)).wholePiece)
        var found: [String] = []
        while let key = try reader.next() {
            found.append(String(decoding: key, as: UTF8.self))
            #expect(Array(reader.value) == Array(key) && reader.recordOffset == found.count - 1)
        }
        #expect(found == ["a", "b", "c"])
    }

    @Test func whatIsNoRunOrDamagedIsTheInputsFault() throws {
        let directory = try TemporaryDirectory()
        let whole = try readFile(run(directory))
        for index in whole.indices {
            var damaged = whole
            damaged[index] ^= 1
            let path = try directory.write("damaged.run", damaged)
            do {
                let reader = try PairReader(InputFiles.inspect(path).wholePiece)
                while try reader.next() != nil {}
            } catch let error as EngineError {
                #expect(error.kind == .badInput && error.message.contains(path))
            }
        }
        let text = try directory.write("text", "a line\n")
        let error = #expect(throws: EngineError.self) {
            try PairReader(InputFiles.inspect(text).wholePiece)
        }
        #expect(error?.kind == .badInput)
    }
}
