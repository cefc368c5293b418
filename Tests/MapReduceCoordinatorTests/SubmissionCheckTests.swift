import Foundation
import MapReduceControl
import MapReduceEngine
import MapReduceModel
import TestSupport
import Testing

@testable import MapReduceCoordinator
@testable import MapReduceHTTP

/// What a client submits, with each of its numbers replaced by what it must not be.
@Suite struct SubmissionCheckTests {
    private static let numbers = [
        Int.min, -1, 0, 1, 2, 4097, 1 << 31, 1 << 56, 1 << 60, .max - 1, .max,
    ]

    /// What is let in can be cut into splits, started, journaled and replayed.
    @Test func whatIsLetInIsNoTrap() throws {
        let text = try readText(
            packageRoot + "/Tests/MapReduceControlTests/Golden/submit-request.json"
        )
        let places = text.ranges(of: /-?[0-9]+(?=[,\n])/)
        #expect(places.count > 10)
        var acceptedCount = 0
        for place in places {
            for number in Self.numbers {
                let json = text.replacingCharacters(in: place, with: "\(number)")
                let request: SubmitRequest
                do {
                    request = try JSONDecoder().decode(SubmitRequest.self, from: Data(json.utf8))
                    try SubmissionCheck.check(request)
                } catch is DecodingError {
                    continue
                } catch is ClusterError {
                    continue
                }
                acceptedCount += 1
                try run(request)
            }
        }
        #expect(acceptedCount > 0)
    }

    private func run(_ request: SubmitRequest) throws {
        let description = request.description
        let splits = try description.inputs.map { files in
            try SplitPlanner.splits(
                of: files.pieces.map { PlannedFile($0) },
                format: .lines,
                splitByteCount: description.splitByteCount,
                slotCount: 4
            )
        }
        let submission = JobSubmission(
            id: JobID(1),
            plan: description.plan,
            splits: splits,
            weight: request.weight,
            retryPolicy: description.retryPolicy
        )
        var coordinator = Coordinator()
        let profile = WorkerProfile(slots: 2)
        _ = coordinator.apply(.workerJoined(WorkerID(1), profile, attempts: []), at: .zero)
        var replay = JournalReplay()
        for entry in coordinator.apply(.jobSubmitted(submission), at: .zero).journal {
            try replay.add(entry)
        }
        #expect(replay.jobs == coordinator.jobs)
    }

    @Test func aZeroByteInAPathIsRefused() throws {
        let text = try readText(
            packageRoot + "/Tests/MapReduceControlTests/Golden/submit-request.json"
        )
        let request = try JSONDecoder().decode(SubmitRequest.self, from: Data(text.utf8))
        try SubmissionCheck.check(request)
        var output = request
        output.description.output += "\u{0}x"
        #expect(throws: ClusterError.self) { try SubmissionCheck.check(output) }
        var input = request
        input.description.inputs[0].pieces[0].path += "\u{0}"
        #expect(throws: ClusterError.self) { try SubmissionCheck.check(input) }
    }
}
