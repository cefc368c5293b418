import Foundation
import MapReduceModel
import MapReduceProcess
import TestSupport
import Testing

@Suite struct FrameChannelTests {
    @Test func messagesArriveInOrderHoweverLarge() throws {
        let (ours, theirs) = try FrameChannel.makePair()
        let texts = ["", "short", String(repeating: "long ", count: 100_000), "last"]
        try startThread {
            do { for text in texts { try ours.send(text) } } catch { Issue.record(error) }
        }
        var received: [String] = []
        while received.count < texts.count {
            guard case .messages(let messages) = try theirs.receive(String.self) else { break }
            received += messages
        }
        #expect(received == texts)
    }

    @Test func aClosedEndIsToldApart() throws {
        var pair: (FrameChannel, FrameChannel)? = try FrameChannel.makePair()
        let ours = try #require(pair).0
        pair = nil
        guard case .closed = try ours.receive(String.self) else {
            Issue.record("the channel is open")
            return
        }
        #expect(throws: ProcessError.self) { try ours.send("nobody reads") }
    }

    @Test func whatIsNoMessageIsAnError() throws {
        for bytes in [[0xFF, 0xFF, 0xFF, 0xFF, 0] as [UInt8], [0, 0, 0, 2, 0x7B, 0x7B]] {
            let (ours, theirs) = try FrameChannel.makePair()
            #expect(write(ours.descriptor, bytes, bytes.count) == bytes.count)
            #expect(throws: ProcessError.self) { _ = try theirs.receive(String.self) }
        }
    }
}

@Suite struct FlightRecorderTests {
    @Test func theOtherSideReadsWhatWasNoted() throws {
        let directory = try TemporaryDirectory()
        let writer = try FlightRecorder(path: directory("page"))
        let reader = try FlightRecorder(path: directory("page"))
        writer.beginAttempt()
        writer.begin(path: "in/a.txt", offset: 64)
        writer.page.storeBytes(of: 7, toByteOffset: 0, as: Int.self)
        writer.page.storeBytes(of: 99, toByteOffset: 8, as: Int.self)
        let reading = reader.read()
        #expect(reading.path == "in/a.txt")
        #expect(reading.recordNumber == 7)
        #expect(reading.offset == 99)
        writer.beginAttempt()
        #expect(reader.read().recordNumber == 0)
        #expect(reader.read().path == "")
    }

    @Test func longPathsAndKeysAreCut() throws {
        let recorder = try FlightRecorder()
        recorder.begin(path: String(repeating: "p", count: 5_000), offset: 0)
        [UInt8](repeating: 1, count: 5_000).withUnsafeBytes { recorder.record(number: 1, key: $0) }
        let reading = recorder.read()
        #expect(reading.path.count == 1_984)
        #expect(reading.key.count == 256)
    }

    @Test func aShortKeyIsReadFromItsWords() throws {
        let recorder = try FlightRecorder()
        recorder.begin(path: "in", offset: 0)
        recorder.beginShortKeys()
        #expect(recorder.read().key.isEmpty, "none was noted")
        recorder.shortKey[0] = UInt64(0x64_6F_67).littleEndian
        recorder.shortKey[1] = UInt64(4 << 56).littleEndian
        #expect(recorder.read().key == [0x67, 0x6F, 0x64])
        recorder.endKeys()
        #expect(recorder.read().key.isEmpty)
        recorder.beginShortKeys()
        recorder.shortKey[1] = .max
        #expect(recorder.read().key.count == 15, "whatever the page holds")
    }

    @Test func aPageOfGarbageIsRead() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("page", [UInt8](repeating: 0xFF, count: 4096))
        let reading = try FlightRecorder(path: path).read()
        #expect(reading.key.count <= 256)
    }
}
