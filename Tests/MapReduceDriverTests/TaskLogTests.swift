import Foundation
import MapReduceControl
import MapReduceDriver
import TestSupport
import Testing

/// What a process prints, kept within bounds.
@Suite struct TaskLogTests {
    private let directory: TemporaryDirectory
    private let head = DriverLimits.keptLogHeadByteCount
    private let tail = DriverLimits.keptLogTailByteCount

    init() throws { directory = try TemporaryDirectory() }

    private func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(33 + $0 % 90) } }

    /// Writes all bytes while the log is drained.
    private func print(_ bytes: [UInt8], to writer: Int32, _ log: TaskLog) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.prefix(16 << 10).withUnsafeBytes {
                write(writer, $0.baseAddress, $0.count)
            }
            #expect(count > 0)
            rest = rest.dropFirst(max(count, 1))
            log.drain()
        }
    }

    /// Sizes around the bounds of what is kept.
    @Test func theBeginningAndTheEndAreKept() throws {
        let (log, writer) = try TaskLog.make(at: directory("process"))
        let sizes = [
            0, 1, head - 1, head, head + 1, head + tail, head + tail + 1, 5 * (head + tail),
        ]
        for (number, size) in sizes.enumerated() {
            let path = directory("attempt\(number)")
            log.begin(path)
            print(bytes(size), to: writer, log)
            log.end()
            let kept = try readFile(path)
            if size <= head + tail {
                #expect(kept == bytes(size), "\(size)")
            } else {
                let note = "\n[\(size - head - tail) bytes of what was printed are left out here]\n"
                #expect(
                    kept == bytes(size).prefix(head) + Array(note.utf8)
                        + bytes(size).suffix(tail),
                    "\(size)"
                )
            }
        }
        log.closeWriter(writer)
    }

    @Test func whatIsPrintedBetweenAttemptsIsOfNone() throws {
        let (log, writer) = try TaskLog.make(at: directory("process"))
        print(Array("before\n".utf8), to: writer, log)
        log.begin(directory("attempt"))
        print(Array("within\n".utf8), to: writer, log)
        log.end()
        print(Array("after\n".utf8), to: writer, log)
        log.end()
        #expect(try readText(directory("attempt")) == "within\n")
        #expect(try readText(directory("process")) == "before\nafter\n")
        #expect(log.descriptor != nil)
        log.closeWriter(writer)
        log.drain()
        #expect(log.descriptor == nil, "nobody prints any more")
    }

    /// A log that cannot be written costs nothing but itself.
    @Test func aLogThatCannotBeWrittenIsLost() throws {
        let (log, writer) = try TaskLog.make(at: directory("nothing/process"))
        log.begin("/dev/full")
        print(bytes(100_000), to: writer, log)
        log.end()
        log.closeWriter(writer)
    }
}
