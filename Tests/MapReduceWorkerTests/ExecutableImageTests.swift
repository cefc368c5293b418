import Foundation
import MapReduceModel
import TestSupport
import Testing

@testable import MapReduceWorker

/// What the first bytes of an executable say.
@Suite struct ExecutableImageTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func image(_ bytes: [UInt8]) throws -> ProgramFailure.Image {
        try? FileManager.default.removeItem(atPath: directory("file"))
        return try ExecutableImage.read(try directory.write("file", bytes))
    }

    @Test func programsAndScripts() throws {
        let own = try ExecutableImage.read(Command.products + "/wordcount")
        guard case .elf(_, let interpreter?, true) = own else {
            Issue.record("\(own)")
            return
        }
        #expect(interpreter.hasPrefix("/lib"))
        #expect(
            try image(Array("#!/bin/sh -e\n".utf8))
                == .script(interpreter: "/bin/sh", hasInterpreter: true)
        )
        #expect(
            try image(Array("#! /no/such".utf8))
                == .script(interpreter: "/no/such", hasInterpreter: false)
        )
        #expect(try image([]) == .other)
        #expect(try image(Array("text".utf8)) == .other)
    }

    /// Whatever the numbers of a header are, they are read without a trap.
    @Test func damagedProgramsAreRead() throws {
        var bytes = Array(try readFile(Command.products + "/wordcount").prefix(4096))
        try forEachSeed(300) { random in
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let index = Int.random(in: 4..<600, using: &random)
                damaged[index] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try image(Array(damaged.prefix(Int.random(in: 0...4096, using: &random))))
        }
        for index in 32..<40 { bytes[index] = 255 }
        _ = try image(bytes)
    }
}
