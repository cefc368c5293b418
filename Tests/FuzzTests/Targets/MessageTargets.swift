import Foundation
import Glibc
import MapReduceModel
import MapReduceProcess

@testable import MapReduceControl

/// JSON messages: the first byte says of which type, and the rest is the message.
struct MessageTarget: FuzzTarget {
    let name = "messages"
    let mutation = Mutation.json

    /// A type of message, with the golden file that has one, or several in an array.
    private struct Kind: Sendable {
        let path: String
        let check: @Sendable (Data) throws -> Bool
    }

    private static let kinds: [Kind] = [
        kind(SubmitRequest.self, "MapReduceControlTests/Golden/submit-request.json"),
        kind(JoinRequest.self, "MapReduceControlTests/Golden/join-request.json"),
        kind(PollRequest.self, "MapReduceControlTests/Golden/poll-request.json"),
        kind(SubmitAnswer.self, "MapReduceControlTests/Golden/submit-answer.json"),
        kind(JoinAnswer.self, "MapReduceControlTests/Golden/join-answer.json"),
        kind(PollAnswer.self, "MapReduceControlTests/Golden/poll-answer.json"),
        kind(JobLaunch.self, "MapReduceControlTests/Golden/launch.json"),
        kind(StageOutputs.self, "MapReduceControlTests/Golden/outputs.json"),
        kind(JobStatus.self, "MapReduceControlTests/Golden/job-status.json"),
        kind([WorkerStatus].self, "MapReduceControlTests/Golden/worker-statuses.json"),
        kind([TaskStatus].self, "MapReduceControlTests/Golden/task-statuses.json"),
        kind([AttemptLog].self, "MapReduceControlTests/Golden/logs.json"),
        kind(ClusterStatus.self, "MapReduceControlTests/Golden/cluster-status.json"),
        kind(ErrorAnswer.self, "MapReduceControlTests/Golden/error.json"),
        kind([JournalEntry].self, "MapReduceControlTests/Golden/journal.json"),
        kind([TaskCommand].self, "MapReduceModelTests/Golden/task-commands.json"),
        kind([TaskNotice].self, "MapReduceModelTests/Golden/task-notices.json"),
        kind(Manifest.self, "MapReduceModelTests/Golden/manifest.json"),
    ]

    private static func kind<Message: Codable & Hashable & SendableMetatype>(
        _ type: Message.Type,
        _ path: String
    ) -> Kind {
        Kind(path: path) { text in
            let message: Message
            do {
                message = try JSONDecoder().decode(Message.self, from: text)
            } catch is DecodingError {
                return false
            }
            let again = try JSONEncoder().encode(message)
            let back = try JSONDecoder().decode(Message.self, from: again)
            try require(back == message, "a \(Message.self) is another one after it was sent")
            return true
        }
    }

    func seeds() throws -> [[UInt8]] {
        try Self.kinds.enumerated().map { number, kind in
            let url = URL(fileURLWithPath: "\(packagePath)/Tests/\(kind.path)")
            return [UInt8(number)] + compact([UInt8](try Data(contentsOf: url)))
        }
    }

    func check(_ input: [UInt8]) throws -> Bool {
        guard let first = input.first else { return false }
        let kind = Self.kinds[Int(first) % Self.kinds.count]
        return try kind.check(Data(input.dropFirst()))
    }
}

/// The directory of the package.
let packagePath: String = {
    URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
}()

/// JSON of a golden file without the white space between its tokens.
func compact(_ json: [UInt8]) -> [UInt8] {
    var isInString = false
    return json.filter { byte in
        if byte == 0x22 { isInString.toggle() }
        return isInString || (byte != 0x20 && byte != 0x0A)
    }
}

/// The channel between a driver and a task process: frames, and the messages in them.
struct FrameTarget: FuzzTarget {
    let name = "frames"
    let mutation = Mutation.json

    /// What surely fits the buffer of a socket.
    private static let maxByteCount = 60_000

    func seeds() throws -> [[UInt8]] {
        let attempt = AttemptID(task: TaskID(job: JobID(1), stage: 0, index: 0), number: 0)
        let failure = Failure(kind: .threw, message: "no")
        let report = TaskReport(attempt: attempt, outcome: .failed(failure))
        let notices = [TaskNotice.ready(fingerprint: "d26e"), .ended(report), .ended(report)]
        let frames = try notices.map { notice in
            let body = [UInt8](try JSONEncoder().encode(notice))
            return [0, 0, UInt8(body.count >> 8), UInt8(body.count & 255)] + body
        }
        return [Array(frames.joined()), frames[1], [0, 0, 0, 0] + frames[0]]
    }

    func check(_ bytes: [UInt8]) throws -> Bool {
        guard bytes.count <= Self.maxByteCount else { return false }
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        try require(socketpair(AF_UNIX, type, 0, &ends) == 0, "there is no pair of sockets")
        let channel = FrameChannel(descriptor: ends[0])
        // In two parts: whatever is cut off must be waited for.
        let middle = bytes.count / 2
        var found = 0
        do {
            defer { close(ends[1]) }
            for part in [bytes[..<middle], bytes[middle...]] where !part.isEmpty {
                let sent = part.withUnsafeBytes { send(ends[1], $0.baseAddress, $0.count, 0) }
                try require(sent == part.count, "a socket takes no more")
                guard let count = try receive(channel) else { return false }
                found += count
            }
        }
        try require(5 * found <= bytes.count, "there are more messages than frames")
        guard case .closed = try channel.receive(TaskNotice.self) else {
            throw FuzzFinding("a closed channel is not")
        }
        return true
    }

    /// - Returns: the number of messages; nil when what came was refused.
    private func receive(_ channel: FrameChannel) throws -> Int? {
        do {
            guard case .messages(let messages) = try channel.receive(TaskNotice.self) else {
                throw FuzzFinding("a channel is closed that is not")
            }
            return messages.count
        } catch is ProcessError {
            return nil
        }
    }
}
