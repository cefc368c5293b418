import Crypto
import Foundation
import MapReduceModel
import TestSupport

/// A job of some maps and two reducers, whose executable is never started.
package struct TestSubmission {
    package static let executable = Array("#!/bin/sh\n".utf8)
    private let maps: Int
    private let name: String
    private let owner: String
    private let maxAttempts: Int

    package init(
        maps: Int,
        _ name: String,
        owner: String = "ada@test",
        maxAttempts: Int = 1000
    ) {
        self.maps = maps
        self.name = name
        self.owner = owner
        self.maxAttempts = maxAttempts
    }

    /// The SHA-256 of the executable.
    package var digest: String {
        SHA256.hash(data: Data(Self.executable)).map { String(format: "%02x", $0) }.joined()
    }

    /// Writes the input into a directory, which the output goes to as well.
    package func request(in directory: TemporaryDirectory) throws -> SubmitRequest {
        let path = try directory.write(name + ".txt", String(repeating: "x\n", count: maps))
        let plan = Plan(
            name: name,
            stages: [
                StagePlan(
                    id: 0,
                    input: .files(name: "", format: .lines),
                    steps: [Step(verb: "map", file: "Words.swift", line: 7)],
                    outputs: [.shuffle(partitionCount: 2)]
                ),
                StagePlan(
                    id: 1,
                    input: .shuffle(stage: 0),
                    steps: [Step(verb: "reduce", file: "Words.swift", line: 9)],
                    outputs: [.files]
                ),
            ]
        )
        return SubmitRequest(
            description: JobDescription(
                plan: plan,
                inputs: [Split(pieces: [try piece(of: path)]), Split(pieces: [])],
                output: directory(name),
                overwrites: false,
                splitByteCount: 2,
                retryPolicy: RetryPolicy(maxAttempts: maxAttempts),
                taskTimeout: 600,
                isQuiet: true,
                isVerbose: false
            ),
            program: JobProgramFile(
                sha256: digest,
                arguments: ["job"],
                directory: "/",
                slotCount: 1
            ),
            owner: owner
        )
    }

    private func piece(of path: String) throws -> FilePiece {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let size = (attributes[.size] as? Int) ?? 0
        let date = attributes[.modificationDate] as? Date
        return FilePiece(
            path: path,
            offset: 0,
            byteCount: size,
            compression: .none,
            signature: FileSignature(
                byteCount: size,
                modificationTime: Int64((date?.timeIntervalSince1970 ?? 0) * 1e9)
            )
        )
    }
}
