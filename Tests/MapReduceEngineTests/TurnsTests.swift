import MapReduceEngine
import TestSupport
import Testing

/// Whose turn it is on a task's thread, as whoever watches it sees.
@Suite struct TurnsTests {
    private struct Stopped: Error {}

    /// Calls the body as a task's closures are called, with a look at the word.
    private func inTask(_ body: (Turns, () -> UInt64) throws -> Void) rethrows {
        let word = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
        defer { word.deallocate() }
        word.pointee = 1
        let turns = Turns(word: word)
        try Turns.$current.withValue(turns) {
            try turns.closure { try body(turns) { word.pointee } }
        }
        #expect(word.pointee & 1 == 1, "the engine's, as before")
    }

    @Test func turnsNestAndGoBack() {
        inTask { turns, word in
            #expect(word() & 1 == 0)
            let before = word()
            Turns.engine {
                #expect(word() & 1 == 1)
                turns.closure { #expect(word() & 1 == 0) }
                #expect(word() & 1 == 1)
            }
            #expect(word() & 1 == 0 && word() > before, "each change is seen")
        }
    }

    @Test func anErrorEndsATurn() {
        inTask { turns, word in
            #expect(throws: Stopped.self) { try turns.engine { throw Stopped() } }
            #expect(word() & 1 == 0)
        }
    }

    /// A slow disk in the middle of a record is not the closure's fault.
    @Test func filesAndSpillsAreTheEnginesTime() throws {
        let directory = try TemporaryDirectory()
        try inTask { turns, word in
            var last = word()
            func hasChanged() -> Bool {
                defer { last = word() }
                return word() > last && word() & 1 == 0
            }
            let part = try PartWriter(path: directory("part"))
            _ = try part.commit()
            #expect(hasChanged(), "a write and a sync")
            #expect(try Files.readTail(directory("part"), byteCount: 8).isEmpty)
            let output = ShuffleWriter(
                directory: directory.path,
                partitionCount: 1,
                mergeWidth: 2,
                merger: nil
            )
            last = word()
            try output.spill { _ in #expect(word() & 1 == 1, "the engine sorts") }
            #expect(hasChanged(), "a spill")
            let run = try RunWriter(path: directory("run"), partitionCount: 1)
            last = word()
            _ = try output.finish(collected: nil, into: run) { _ in #expect(word() & 1 == 1) }
            #expect(hasChanged(), "the last merge")
        }
    }

    @Test func outsideOfTasksNothingIsNoted() {
        #expect(Turns.current == nil)
        #expect(Turns.engine { 7 } == 7)
    }
}
