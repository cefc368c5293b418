import MapReduceModel
import TestSupport
import Testing

@testable import MapReduceControl

/// The choice of a worker beside a search of all of them.
@Suite struct ChoiceTests {
    @Test(arguments: Placement.allCases)
    func agreesWithASearch(_ placement: Placement) {
        forEachSeed(20) { random in
            var policy = Policy()
            policy.placement = placement
            var workers = Workers(policy: policy)
            for step in 0..<150 {
                change(&workers, step, &random)
                check(workers, demand(workers, step, &random))
            }
        }
    }

    private func change(
        _ workers: inout Workers,
        _ step: Int,
        _ random: inout SeededGenerator
    ) {
        let id = WorkerID(Int.random(in: 0..<40, using: &random))
        let job = JobID(Int.random(in: 1...2, using: &random))
        switch Int.random(in: 0..<9, using: &random) {
        case 0, 1, 2:
            let paths = ["", "/a", "/a/b", "/ab"].filter { _ in Bool.random(using: &random) }
            let slots = Int.random(in: 1...3, using: &random)
            let profile = WorkerProfile(slots: slots, localPaths: paths)
            workers.join(id, profile, at: .zero)
        case 3, 4:
            if let worker = workers.all.filter(\.isFree).randomElement(using: &random) {
                workers.started(attempt(step), on: worker.id)
            }
        case 5:
            if let attempt = workers[id]?.running.first { workers.ended(attempt, on: id) }
        case 6:
            let health = WorkerHealth(
                isDraining: Int.random(in: 0..<4, using: &random) == 0,
                isDiskLow: Bool.random(using: &random)
            )
            _ = workers.heard(id, health, at: .zero)
        case 7: workers.failed(job, on: id)
        default:
            if Int.random(in: 0..<3, using: &random) == 0 { workers.remove([id]) }
            if Int.random(in: 0..<20, using: &random) == 0 { workers.forget(job) }
        }
    }

    private func attempt(_ step: Int) -> AttemptID {
        AttemptID(task: TaskID(job: JobID(1), stage: 0, index: step), number: 0)
    }

    private func demand(
        _ workers: Workers,
        _ step: Int,
        _ random: inout SeededGenerator
    ) -> Demand {
        let avoided = workers.all.map(\.id).filter { _ in Int.random(in: 0..<5, using: &random) == 0
        }
        return Demand(
            attempt: attempt(step),
            writesRuns: Bool.random(using: &random),
            excluded: workers.failures.excluded(from: JobID(1), workerCount: workers.all.count),
            avoided: avoided
        )
    }

    private func check(_ workers: Workers, _ demand: Demand) {
        func isFit(_ worker: Workers.Entry) -> Bool {
            worker.isFree && !(demand.writesRuns && worker.health.isDiskLow)
                && !demand.excluded.contains(worker.id) && !demand.avoided.contains(worker.id)
        }
        let fit = workers.all.filter(isFit)
        let chosen = workers.choose(for: demand)
        for worker in workers.all {
            #expect(workers.isFree(worker.id, for: demand) == isFit(worker))
        }
        switch workers.policy.placement {
        case .leastLoaded, .locality:
            #expect(chosen == fit.min { $0.runningCount < $1.runningCount }?.id)
        case .weighted:
            #expect(
                chosen == fit.min { $0.runningCount * $1.slots < $1.runningCount * $0.slots }?.id
            )
        case .roundRobin:
            let next = fit.first { $0.id.number > workers.lastChosen } ?? fit.first
            #expect(chosen == next?.id)
        case .random:
            #expect((chosen == nil) == fit.isEmpty)
            if let chosen { #expect(fit.contains { $0.id == chosen }) }
        }
        guard workers.policy.placement == .locality else { return }
        for path in ["", "/", "/a", "/a/b/c", "/abc", "/b"] {
            let near = fit.filter { $0.profile.localPaths.contains { path.hasPrefix($0) } }
            let best = near.min { $0.runningCount < $1.runningCount }
            #expect(workers.near(path, for: demand) == best?.id, "\(path)")
        }
    }

    /// With few workers all are asked; with more a table is looked at.
    @Test func nearAgreesForFewAndForMany() {
        for count in [1, 32, 33, 100] {
            var policy = Policy()
            policy.placement = .locality
            var workers = Workers(policy: policy)
            for number in 0..<count {
                let profile = WorkerProfile(slots: 1, localPaths: ["/node\(number % 7)/"])
                workers.join(WorkerID(number), profile, at: .zero)
            }
            for number in 0..<9 {
                let demand = Demand(
                    attempt: attempt(0),
                    writesRuns: true,
                    excluded: [],
                    avoided: [WorkerID(number)]
                )
                let first = (0..<count).first { $0 % 7 == number && $0 != number }
                #expect(workers.near("/node\(number)/x", for: demand)?.number == first)
            }
        }
    }
}

@Suite struct WorkerFailuresTests {
    @Test func agreesWithCounting() {
        forEachSeed(20) { random in
            var failures = WorkerFailures(limit: 3)
            var counts: [JobID: [WorkerID: Int]] = [:]
            for _ in 0..<300 {
                let job = JobID(Int.random(in: 1...3, using: &random))
                let worker = WorkerID(Int.random(in: 0..<12, using: &random))
                switch Int.random(in: 0..<40, using: &random) {
                case 0:
                    failures.remove([worker])
                    for job in counts.keys { counts[job]?[worker] = nil }
                case 1:
                    failures.forget(job)
                    counts[job] = nil
                default:
                    failures.add(job, on: worker)
                    counts[job, default: [:]][worker, default: 0] += 1
                }
                let many = (counts[job] ?? [:]).filter { $0.value >= 3 }.keys.sorted()
                for workerCount in [12, 20, 36] {
                    let expected = many.count * 3 <= workerCount ? many : []
                    #expect(failures.excluded(from: job, workerCount: workerCount) == expected)
                }
            }
        }
    }
}

@Suite struct LocalPathsTests {
    /// All sets of beginnings of at most two letters, of which there are two, and all paths of at
    /// most three.
    @Test func agreesWithASearchOfAllSmallCases() {
        func words(_ length: Int) -> [String] {
            length == 0 ? [""] : words(length - 1).flatMap { [$0 + "a", $0 + "b"] }
        }
        let beginnings = (0...2).flatMap(words)
        let paths = (0...3).flatMap(words)
        for set in 0..<1 << beginnings.count {
            let chosen = beginnings.indices.filter { set >> $0 & 1 == 1 }
            var local = LocalPaths()
            for index in chosen.reversed() { local.add(WorkerID(index), [beginnings[index]]) }
            for path in paths {
                let expected = chosen.filter { path.hasPrefix(beginnings[$0]) }
                #expect(local.workers(with: path).map(\.number).sorted() == expected)
            }
        }
    }

    @Test func forgetsWorkers() {
        var local = LocalPaths()
        local.add(WorkerID(1), ["/a/", "/b/"])
        local.add(WorkerID(2), ["/a/", "/a/c"])
        #expect(local.workers(with: "/a/c/d").sorted() == [1, 2, 2].map { WorkerID($0) })
        local.remove([WorkerID(2)])
        #expect(local.workers(with: "/a/c/d") == [WorkerID(1)])
        local.remove([WorkerID(1)])
        #expect(local == LocalPaths())
    }
}
