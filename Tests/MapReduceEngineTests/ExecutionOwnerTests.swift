import MapReduceEngine
import TestSupport
import Testing

/// Whose code a task's thread runs, as a watcher of the task sees it.
@Suite struct ExecutionOwnerTests {
    private struct Stopped: Error {}

    /// Calls the body as a task's closures are called, with a look at the word.
    private func inTask(_ body: (ExecutionOwner, () -> UInt64) throws -> Void) rethrows {
        let word = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
        defer { word.deallocate() }
        word.pointee = 1
        let owner = ExecutionOwner(word: word)
        try ExecutionOwner.$current.withValue(owner) {
            try owner.closure { try body(owner) { word.pointee } }
        }
        #expect(word.pointee & 1 == 1, "the engine's, as before")
    }

    @Test func turnsNestAndGoBack() {
        inTask { owner, word in
            #expect(word() & 1 == 0)
            let before = word()
            ExecutionOwner.engine {
                #expect(word() & 1 == 1)
                owner.closure { #expect(word() & 1 == 0) }
                #expect(word() & 1 == 1)
            }
            #expect(word() & 1 == 0 && word() > before, "each change is seen")
        }
    }

    @Test func anErrorEndsATurn() {
        inTask { owner, word in
            #expect(throws: Stopped.self) { try owner.engine { throw Stopped() } }
            #expect(word() & 1 == 0)
        }
    }

    /// A slow disk in the middle of a record is not the closure's fault.
    @Test func filesAndSpillsAreTheEnginesTime() throws {
        let directory = try TemporaryDirectory()
        try inTask { owner, word in
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
        #expect(ExecutionOwner.current == nil)
        #expect(ExecutionOwner.engine { 7 } == 7)
    }
}
