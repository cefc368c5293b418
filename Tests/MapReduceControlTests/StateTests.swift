import MapReduceControl
import MapReduceModel
import TestSupport
import Testing

@Suite struct PlacementTests {
    private func starts(_ placement: Placement, slots: [Int], maps: Int) -> [Int] {
        var policy = Policy()
        policy.placement = placement
        var coordinator = Coordinator(policy: policy)
        for (index, count) in slots.enumerated() {
            _ = coordinator.apply(.workerJoined(WorkerID(index), slots: count), at: .zero)
        }
        let effects = coordinator.apply(
            .jobSubmitted(testJob(1, maps: maps, reducers: 1)),
            at: .zero
        )
        return effects.messages.compactMap { message in
            if case .startAttempt(let worker, _) = message { worker.number } else { nil }
        }
    }

    @Test func leastLoadedSpreadsEvenly() {
        #expect(starts(.leastLoaded, slots: [2, 2, 2], maps: 5) == [0, 1, 2, 0, 1])
    }

    @Test func roundRobinGoesAround() {
        #expect(starts(.roundRobin, slots: [1, 3, 3], maps: 6) == [0, 1, 2, 1, 2, 1])
    }

    @Test func weightedFollowsTheSlots() {
        let chosen = starts(.weighted, slots: [1, 3], maps: 4)
        #expect(chosen.count { $0 == 1 } == 3)
    }

    @Test func randomUsesEveryWorkerAndRepeats() {
        let chosen = starts(.random, slots: [9, 9, 9], maps: 20)
        #expect(Set(chosen) == [0, 1, 2])
        #expect(chosen == starts(.random, slots: [9, 9, 9], maps: 20))
    }

    @Test func noSlotIsUsedTwice() {
        for placement in Placement.allCases {
            let chosen = starts(placement, slots: [1, 2], maps: 10)
            #expect(chosen.count == 3)
            #expect(chosen.count { $0 == 0 } == 1)
        }
    }
}

@Suite struct DeadlineTests {
    @Test func theNextDeadlineIsWhenTheQuietestWorkerIsDead() {
        var coordinator = Coordinator()
        #expect(coordinator.nextDeadline == nil)
        _ = coordinator.apply(.workerJoined(WorkerID(1), slots: 1), at: .zero)
        _ = coordinator.apply(.workerJoined(WorkerID(2), slots: 1), at: .zero + .seconds(3))
        #expect(coordinator.nextDeadline == .zero + .seconds(15))
        _ = coordinator.apply(.workerPolled(WorkerID(1)), at: .zero + .seconds(4))
        #expect(coordinator.nextDeadline == .zero + .seconds(18))
        _ = coordinator.apply(.tick, at: .zero + .seconds(18))
        #expect(coordinator.workers.all.map(\.id) == [WorkerID(1)])
    }
}
