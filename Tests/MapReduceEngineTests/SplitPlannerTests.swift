import Foundation
import MapReduceEngine
import MapReduceModel
import TestSupport
import Testing

private func file(
    _ path: String,
    _ byteCount: Int,
    _ compression: Compression = .none
)
    -> PlannedFile
{
    PlannedFile(
        path: path,
        compression: compression,
        signature: FileSignature(byteCount: byteCount, modificationTime: 0)
    )
}

@Suite struct SplitPlannerTests {
    @Test func piecesCoverEveryByteOnceAndInOrder() throws {
        try forEachSeed(50) { random in
            let files = (0..<Int.random(in: 1...20, using: &random)).map { index in
                file(
                    "f\(index)",
                    Int.random(in: 0...10_000_000, using: &random),
                    Bool.random(using: &random) ? .none : .gzip
                )
            }
            let splits = try SplitPlanner.splits(
                of: files,
                format: .lines,
                splitByteCount: Int.random(in: 1_000...5_000_000, using: &random),
                slotCount: Int.random(in: 1...50, using: &random)
            )
            #expect(!splits.isEmpty)
            let pieces = splits.flatMap(\.pieces)
            var next = pieces.makeIterator()
            for file in files where file.signature.byteCount > 0 {
                var covered = 0
                while covered < file.signature.byteCount, let piece = next.next() {
                    #expect(piece.path == file.path && piece.offset == covered)
                    #expect(piece.byteCount > 0)
                    if file.compression == .gzip {
                        #expect(piece.byteCount == file.signature.byteCount)
                    }
                    covered += piece.byteCount
                }
                #expect(covered == file.signature.byteCount)
            }
            #expect(next.next() == nil)
        }
    }

    @Test func everySlotHasWork() throws {
        let splits = try SplitPlanner.splits(
            of: [file("large", 64 << 20)],
            format: .lines,
            splitByteCount: 128 << 20,
            slotCount: 4
        )
        #expect(splits.count == 16)
    }

    @Test func tooManySplitsAreRefused() {
        let error = #expect(throws: EngineError.self) {
            try SplitPlanner.splits(
                of: [file("a", 1 << 30)],
                format: .lines,
                splitByteCount: 1,
                slotCount: 1
            )
        }
        #expect(error?.message.contains("--split-size") ?? false)
    }

    @Test func smallFilesShareATask() throws {
        let files = (0..<100).map { file("f\($0)", 100) }
        let splits = try SplitPlanner.splits(
            of: files,
            format: .lines,
            splitByteCount: 128 << 20,
            slotCount: 2
        )
        #expect(splits.count == 1)
        #expect(splits[0].pieces.count == 100)
    }

    @Test func aFileALittleLargerThanASplitIsNotCut() throws {
        let size = EngineLimits.minSplitByteCount
        let splits = try SplitPlanner.splits(
            of: [file("a", size + size / 20)],
            format: .lines,
            splitByteCount: size,
            slotCount: 1
        )
        #expect(splits.count == 1)
    }

    @Test func noBytesAtAllAreOneEmptySplit() throws {
        let splits = try SplitPlanner.splits(
            of: [file("empty", 0)],
            format: .lines,
            splitByteCount: 1000,
            slotCount: 3
        )
        #expect(splits == [Split(pieces: [])])
    }
}

@Suite struct InputFilesTests {
    @Test func directoriesAreWalkedPastHiddenNames() throws {
        let directory = try TemporaryDirectory()
        try Files.createDirectory(directory("in/sub"))
        for name in ["in/b", "in/a", "in/sub/c", "in/.hidden", "in/_SUCCESS"] {
            try directory.write(name, "x")
        }
        let found = try InputFiles.find(directory("in")).map(\.path)
        #expect(found == ["in/a", "in/b", "in/sub/c"].map { directory($0) })
    }

    @Test func patternsAreExpandedInOrder() throws {
        let directory = try TemporaryDirectory()
        for name in ["b.txt", "a.txt", "c.log"] { try directory.write(name, "x") }
        let found = try InputFiles.find(directory("*.txt")).map(\.path)
        #expect(found == [directory("a.txt"), directory("b.txt")])
    }

    @Test func whatCannotBeReadInADirectoryIsNamed() throws {
        let directory = try TemporaryDirectory()
        for name in ["dangling", "circle", "pipe"] {
            try Files.createDirectory(directory(name))
            try directory.write("\(name)/fine", "x")
        }
        symlink("nothing", directory("dangling/link"))
        symlink("..", directory("circle/up"))
        mkfifo(directory("pipe/fifo"), 0o600)
        for (name, culprit) in [("dangling", "link"), ("circle", "up"), ("pipe", "fifo")] {
            let error = #expect(throws: EngineError.self) { try InputFiles.find(directory(name)) }
            #expect(error?.message.contains(culprit) ?? false, "\(error?.message ?? "")")
        }
    }

    @Test func aLinkToNothingThatLooksLikeAPatternIsNamed() throws {
        let directory = try TemporaryDirectory()
        symlink("nowhere", directory("zz*"))
        #expect(throws: EngineError.self) { try InputFiles.find(directory("zz*")) }
    }

    @Test(arguments: ["missing", "*.nothing", "empty"])
    func whatIsNotThereIsNamed(_ name: String) throws {
        let directory = try TemporaryDirectory()
        try Files.createDirectory(directory("empty"))
        let error = #expect(throws: EngineError.self) { try InputFiles.find(directory(name)) }
        #expect(error?.kind == .badInput)
        #expect(error?.message.contains(directory(name)) ?? false)
    }
}
