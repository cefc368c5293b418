import Foundation
import TestSupport
import Testing

/// Task processes that do not end when they are killed, or are hard to find: each costs its slot.
@Suite struct StuckProcessTests {
    private let directory: TemporaryDirectory
    private let text = sampleTexts[1]

    init() throws { directory = try TemporaryDirectory() }

    /// A closure that has left the process group of its task, and fails.
    @Test func aClosureMayLeaveItsProcessGroup() throws {
        let result = try Command.run(
            "faultyjob",
            [text, "-o", directory("out"), "--map-at", "lantern", "--fault", "leave"]
                + ["--max-attempts", "2"]
        )
        #expect(result.code == 1)
        #expect(result.errors.contains("the test asked for an error"))
    }

    private func start(_ workers: Int) throws -> (Command, StuckProcess) {
        try FileManager.default.createDirectory(
            atPath: directory("tokens"),
            withIntermediateDirectories: true
        )
        try directory.write("tokens/0", "")
        let command = try Command(
            "faultyjob",
            [text, "-o", directory("out"), "--map-at", "lantern", "--fault", "hang"]
                + ["--tokens", directory("tokens"), "--workers", "\(workers)"]
        )
        try command.start()
        #expect(try eventually { try directory.names(in: "tokens").isEmpty }, "it hangs")
        let task = try #require(try children(of: command.processID).first)
        let stuck = try StuckProcess(task)
        kill(task, SIGKILL)
        return (command, stuck)
    }

    /// The system has not let go of the process when the run ends.
    @Test(.enabled(if: canTrace, "no process can be traced"))
    func aProcessThatDoesNotEndCostsItsSlot() throws {
        let (command, stuck) = try start(2)
        let result = try command.wait()
        stuck.release()
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors.contains("its process cannot be ended"), "\(result.errors)")
        let correct = try Command.run("faultyjob", [text, "-q", "-o", directory("correct")])
        #expect(correct.code == 0)
        #expect(try outputLines(directory("out")) == outputLines(directory("correct")))
    }

    @Test(.enabled(if: canTrace, "no process can be traced"))
    func aRunWithoutASlotEnds() throws {
        let (command, stuck) = try start(1)
        let result = try command.wait()
        stuck.release()
        #expect(result.code == 1, "\(result.errors)")
        #expect(result.errors.contains("no slot is left: the task processes "), "\(result.errors)")
    }
}
