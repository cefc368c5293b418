import MapReduceDriver
import MapReduceModel
import MapReduceProcess
import Testing

/// What is taken for a hang and what is not, as the clock goes on.
@Suite struct AttemptWatchTests {
    private static func progress(
        record: Int = 1,
        pairs: Int = 0,
        ownerChanges: UInt64 = 2
    ) -> FlightRecorder.Progress {
        FlightRecorder.Progress(
            recordNumber: record,
            offset: 0,
            pairCount: pairs,
            ownerChanges: ownerChanges
        )
    }

    private func at(_ milliseconds: Int64) -> Instant {
        Instant(nanoseconds: milliseconds * 1_000_000)
    }

    /// What the watch says at each tenth of a second.
    private func steps(
        _ count: Int,
        timeout: Int? = 2,
        progress: (Int) -> FlightRecorder.Progress
    ) -> [AttemptWatch.Step] {
        var watch = AttemptWatch(timeoutSeconds: timeout, at: .zero)
        return (1...count).map { watch.check(progress($0), at: at(Int64($0) * 100)) }
    }

    @Test func aClosureWithoutProgressIsAskedAndThenKilled() {
        let steps = steps(300) { _ in Self.progress() }
        #expect(steps.firstIndex(of: .ask) == 20, "two seconds after it was first seen there")
        #expect(steps.firstIndex(of: .kill) == 220, "20 s later")
        #expect(steps.count { $0 != .nothing } == 2)
    }

    @Test func progressOfAnyKindIsEnough() {
        #expect(!steps(300) { Self.progress(record: $0 / 15) }.contains(.ask))
        #expect(!steps(300) { Self.progress(pairs: $0 / 15) }.contains(.ask))
        #expect(!steps(300) { Self.progress(ownerChanges: UInt64($0 / 15) * 2) }.contains(.ask))
    }

    @Test func theEnginesTimeIsNotTheClosures() {
        #expect(!steps(900) { _ in Self.progress(ownerChanges: 3) }.contains(.ask))
        // It counts from when the closure goes on.
        let steps = steps(300) { Self.progress(ownerChanges: $0 < 100 ? 3 : 4) }
        #expect(steps.firstIndex(of: .ask) == 119)
    }

    @Test func withoutATimeoutAClosureMayTakeForEver() {
        #expect(!steps(900, timeout: nil) { _ in Self.progress() }.contains(.ask))
    }

    /// A laptop that slept, or a driver that was stopped, has not seen an hour of no progress.
    @Test func aPauseOfTheWatcherIsNoHang() {
        var watch = AttemptWatch(timeoutSeconds: 600, at: .zero)
        #expect(watch.check(Self.progress(), at: at(100)) == .nothing)
        #expect(watch.check(Self.progress(), at: at(3_600_000)) == .nothing)
        #expect(!watch.hasTimedOut)
    }

    @Test func theReasonIsSaid() {
        var watch = AttemptWatch(timeoutSeconds: 1, at: .zero)
        for tick in 1...12 { _ = watch.check(Self.progress(), at: at(Int64(tick) * 100)) }
        #expect(watch.hasTimedOut)
        #expect(watch.stalledText.contains("no progress for 1 s (--task-timeout)"))
    }
}

@Suite struct OutOfMemoryKillsTests {
    private func explanation(
        _ before: (group: Int?, machine: Int?),
        _ after: (group: Int?, machine: Int?)
    ) -> String {
        OutOfMemoryKills(inGroup: after.group, onMachine: after.machine)
            .explanation(since: OutOfMemoryKills(inGroup: before.group, onMachine: before.machine))
    }

    @Test func aKillForWantOfMemoryIsToldFromAnother() {
        #expect(explanation((1, 1), (2, 2)).contains("its control group ran out of memory"))
        #expect(explanation((1, 1), (1, 2)).contains("the system ran out of memory, and probably"))
        #expect(explanation((nil, 1), (nil, 2)).contains("the system ran out of memory"))
        #expect(explanation((1, 1), (1, 1)).contains("not by the kernel for want of memory"))
        #expect(explanation((nil, nil), (nil, nil)).contains("perhaps"))
    }
}
