import MapReduceModel
import Testing

@testable import MapReduceControl

/// Which worker is to blame when one cannot fetch from another one.
@Suite struct ReachTests {
    private func workers(_ count: Int) -> Workers {
        var workers = Workers(policy: Policy())
        for number in 1...count {
            workers.join(WorkerID(number), WorkerProfile(slots: 1), at: .zero)
        }
        return workers
    }

    private func cut(
        _ workers: inout Workers,
        _ reader: Int,
        _ source: Int,
        at seconds: Int = 1
    ) -> CutVerdict {
        workers.noteCut(
            reader: WorkerID(reader),
            source: WorkerID(source),
            startedAt: .zero,
            at: .zero + .seconds(seconds)
        )
    }

    private func unreachable(_ workers: Workers) -> [Int] {
        workers.all.filter(\.isUnreachable).map(\.id.number)
    }

    /// Of any number of workers one that two others do not reach is found by the second of them.
    @Test(arguments: 2...6)
    func theSourceIsToBlameWhenTwoDoNotReachIt(_ count: Int) {
        var workers = workers(count)
        if count > 2 { #expect(cut(&workers, 1, count) == .triesElsewhere) }
        #expect(cut(&workers, count > 2 ? 2 : 1, count) == .isUnreachable(WorkerID(count)))
        #expect(unreachable(workers) == [count])
        #expect(workers[WorkerID(count)]?.unreachableFor.count == min(2, count - 1))
    }

    /// Whatever fails, one worker is left that gets work.
    @Test func oneWorkerIsLeft() {
        for count in 1...4 {
            var workers = workers(count)
            for reader in 1...count {
                for source in 1...count { _ = cut(&workers, reader, source) }
            }
            #expect(workers.all.contains { $0.isFree }, "\(count)")
        }
    }

    /// A minute, then two, four, and never more than eight.
    @Test func theTimeDoubles() {
        var workers = workers(3)
        var now = 0
        for minutes in [1, 2, 4, 8, 8] {
            _ = cut(&workers, 1, 3, at: now)
            #expect(cut(&workers, 2, 3, at: now) == .isUnreachable(WorkerID(3)))
            workers.readmit(at: .zero + .seconds(now + 60 * minutes - 1))
            #expect(unreachable(workers) == [3])
            now += 60 * minutes
            workers.readmit(at: .zero + .seconds(now))
            #expect(unreachable(workers).isEmpty)
        }
    }

    /// When the others are gone, it gets work again.
    @Test func nobodyIsExcludedAlone() {
        var workers = workers(2)
        #expect(cut(&workers, 1, 2) == .isUnreachable(WorkerID(2)))
        workers.remove([WorkerID(1)])
        workers.readmit(at: .zero + .seconds(2))
        #expect(unreachable(workers).isEmpty)
    }

    @Test func cutsAreForgotten() {
        var workers = workers(4)
        #expect(cut(&workers, 1, 4, at: 0) == .triesElsewhere)
        #expect(cut(&workers, 2, 4, at: 60) == .triesElsewhere)
        #expect(cut(&workers, 3, 4, at: 61) == .isUnreachable(WorkerID(4)))
    }
}
