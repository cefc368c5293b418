import Foundation
import TestSupport
import Testing

@testable import MapReduceProcess

/// What a process finds out of the machine that it runs on.
@Suite struct HostTests {
    private func shell(_ script: String) throws -> String {
        let result = try Command.run("/bin/sh", ["-c", script])
        #expect(result.code == 0, "\(result.errors)")
        return result.output.trimmingCharacters(in: .newlines)
    }

    @Test func namesAreThoseOfTheSystem() throws {
        #expect(try Host.machineName == shell("uname -n"))
        #expect(try Host.userName == shell("id -un 2> /dev/null || id -u"))
    }

    @Test func executablesAreFoundAsAShellDoes() throws {
        let path = try #require(Host.executable(named: "sh"))
        #expect(path.hasPrefix("/") && path.hasSuffix("/sh"))
        #expect(Host.executable(named: path) == path)
        #expect(Host.executable(named: "no-such-program-anywhere") == nil)
        #expect(Host.executable(named: "/nowhere/sh") == nil)
        let directory = try TemporaryDirectory()
        let text = try directory.write("text", "")
        #expect(Host.executable(named: text) == nil, "it may not be run")
    }

    @Test func memoryIsReadFromTheKernelsText() throws {
        let text = "MemTotal:       16384 kB\nMemFree:  1 kB\nMemAvailable:    8192 kB\n"
        let memory = try #require(HostMemory(meminfo: text))
        #expect(memory.available == 8192 << 10)
        #expect(memory.total == 16384 << 10)
        #expect(HostMemory(meminfo: "MemTotal: 7 kB\n") == nil)
        #expect(HostMemory(meminfo: "") == nil)
        let here = try #require(HostMemory.current)
        #expect(0 < here.available && here.available <= here.total)
        #expect(try #require(HostMemory.usable) > 0)
    }

    @Test func filesOfTheKernelAreReadToTheirEnd() throws {
        #expect(KernelFile.bytes(at: "/nowhere/file").isEmpty)
        #expect(KernelFile.text(at: "/proc/self/status").contains("\nPid:\t\(getpid())\n"))
        let directory = try TemporaryDirectory()
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        #expect(KernelFile.bytes(at: try directory.write("file", bytes)) == bytes)
    }

    @Test func theFileLimitIsThatOfAShell() throws {
        let limit = FileLimit.current
        #expect(limit.now <= limit.most)
        let text = try shell("ulimit -Sn")
        #expect(text == "\(limit.now)" || text == "unlimited")
    }
}

/// Waiting for descriptors.
@Suite struct PollTests {
    @Test func tellsWhichDescriptorsAreReady() throws {
        let (first, _first) = try FrameChannel.makePair()
        let (second, other) = try FrameChannel.makePair()
        let descriptors = [first.descriptor, second.descriptor]
        #expect(waitForInput(on: descriptors, timeout: .zero) == [])
        try other.send("x")
        #expect(waitForInput(on: descriptors, timeout: ProcessLimits.maxPollWait) == [1])
        try _first.send("y")
        #expect(waitForInput(on: descriptors, timeout: .zero) == [0, 1])
    }
}
