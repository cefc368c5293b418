import Foundation
import TestSupport
import Testing

@testable import MapReduceProcess

/// Which processes cannot say where they hang.
@Suite struct HangingThreadTests {
    @Test func aStoppedProcessIsTold() throws {
        // A name with what ends it in /proc/PID/stat.
        let directory = try TemporaryDirectory()
        let program = directory("a) T (b")
        try FileManager.default.copyItem(atPath: "/bin/sleep", toPath: program)
        let process = try Command(program, ["600"])
        try process.start()
        defer { process.send(SIGKILL) }
        #expect(!HangingThread.isStopped(process: process.processID))
        process.send(SIGSTOP)
        #expect(eventually { HangingThread.isStopped(process: process.processID) })
        process.send(SIGCONT)
        #expect(eventually { !HangingThread.isStopped(process: process.processID) })
        #expect(!HangingThread.isStopped(process: Int32.max))
    }
}
