import MapReduceModel
import TestSupport
import Testing

@testable import MapReduceControl

/// Positions of histories that fork, beside an oracle that knows what was written.
@Suite struct HistoryTests {
    /// What a data directory says, and the oracle's list of all writes that led to it.
    private struct Data {
        var starts: [History.Start] = []
        var writes: [Int] = []
    }

    /// Starts, writes and copies that are put back, in any order: a worker that remembers a moment
    /// belongs to a history if, and only if, all that was written until then is in it.
    @Test func aPositionIsOfAHistoryThatHasAllOfItsWrites() {
        forEachSeed(50) { random in
            var data = Data()
            var copies: [Data] = []
            var remembered: [(JournalPosition, [Int])] = []
            var last = 0
            func start() {
                last += 1
                data.writes.append(last)
                data.starts.append(
                    History.Start(
                        epoch: data.starts.count + 1,
                        id: "start\(last)",
                        firstWrite: data.writes.count
                    )
                )
            }
            start()
            for _ in 0..<40 {
                switch Int.random(in: 0..<6, using: &random) {
                case 0: start()
                case 1: copies.append(data)
                case 2:
                    guard let copy = copies.randomElement(using: &random) else { continue }
                    data = copy
                    start()
                default:
                    last += 1
                    data.writes.append(last)
                }
                if let start = data.starts.last {
                    let position = JournalPosition(
                        epoch: start.epoch,
                        start: start.id,
                        write: data.writes.count
                    )
                    remembered.append((position, data.writes))
                }
                let history = History(data.starts)
                for (position, writes) in remembered {
                    #expect(
                        history.contains(position, lastWrite: data.writes.count)
                            == data.writes.starts(with: writes),
                        "\(position) of \(data.starts)"
                    )
                }
            }
        }
    }

    @Test func whoeverKnowsNothingIsOfEveryHistory() {
        let history = History([History.Start(epoch: 1, id: "a", firstWrite: 1)])
        let position = JournalPosition(epoch: 1, start: "a", write: 1)
        func isOurs(_ cluster: String?, _ position: JournalPosition?, jobs: [HeldJob] = []) -> Bool
        {
            var known = Jobs()
            var job = testJob(1, maps: 1, reducers: 1)
            job.uuid = "first"
            known.apply(.jobSubmitted(job, at: .zero))
            return history.contains(
                JoinRequest(
                    incarnation: "i",
                    url: "u",
                    host: "h",
                    slots: 1,
                    cluster: cluster,
                    position: position,
                    jobs: jobs
                ),
                cluster: "c",
                lastWrite: 1,
                jobs: known
            )
        }
        #expect(isOurs(nil, nil))
        #expect(isOurs("c", position))
        #expect(!isOurs("c", nil))
        #expect(!isOurs("other", position))
        #expect(!isOurs("c", JournalPosition(epoch: 2, start: "a", write: 1)))
        #expect(isOurs("c", position, jobs: [HeldJob(id: JobID(1), uuid: "first")]))
        #expect(isOurs("c", position, jobs: [HeldJob(id: JobID(1), uuid: nil)]))
        #expect(isOurs("c", position, jobs: [HeldJob(id: JobID(2), uuid: "ended")]))
        #expect(!isOurs("c", position, jobs: [HeldJob(id: JobID(1), uuid: "second")]))
    }
}
