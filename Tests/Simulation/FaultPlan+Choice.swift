internal import MapReduceModel

extension FaultPlan {
    /// Faults begin within this time.
    static let faultMilliseconds = 40_000

    /// The plan of a seed: a few kinds of faults in each, so that none hides behind the others.
    ///
    /// Source: swarm testing (Groce et al. 2012).
    package init(seed: UInt64) {
        self.seed = seed
        faults = []
        var dice = Dice(seed: seed)
        let setting = Setting(seed: seed)
        for kind in Kind.allCases where dice.chance(250, Dice.Purpose("kind", kind.rawValue)) {
            let purpose = Dice.Purpose("fault", kind.rawValue)
            for _ in 0..<dice.draw(1...kind.most, purpose) {
                faults.append(kind.fault(&dice, setting, purpose))
            }
        }
    }

    private enum Kind: Int, CaseIterable {
        case lost, doubled, delayed, cut, crash, hang, slow, drain, disk, scratch, rot, coordinator
        case coordinatorAtEvent, threw, crashed, late, badRecord, notDeterministic, cancel, publish
        case restored, peers, unreached, noPeer, stuck, tooLarge

        /// How many there are at most in a plan.
        var most: Int {
            switch self {
            case .lost, .doubled, .delayed, .threw, .crashed, .late, .cancel, .publish, .stuck,
                .tooLarge:
                1
            case .slow, .drain, .notDeterministic, .restored, .peers, .unreached, .noPeer:
                2
            case .cut, .crash, .hang, .disk, .scratch, .rot, .coordinator, .badRecord: 4
            case .coordinatorAtEvent: 3
            }
        }

        func fault(_ dice: inout Dice, _ setting: Setting, _ purpose: Dice.Purpose) -> Fault {
            let host = dice.draw(0...setting.hostCount - 1, purpose)
            let at = dice.draw(0...FaultPlan.faultMilliseconds, purpose)
            let lasts = dice.draw(200...25_000, purpose)
            let job = dice.draw(1...setting.jobs.count, purpose)
            let perMille = dice.draw(1...150, purpose)
            switch self {
            case .lost: return .messagesLost(perMille: perMille)
            case .doubled: return .messagesDoubled(perMille: perMille)
            case .delayed: return .messagesDelayed(perMille: perMille)
            case .cut:
                let other = dice.draw(-1...setting.hostCount - 1, purpose)
                return dice.chance(500, purpose)
                    ? .cut(from: host, to: other, at: at, lasts: lasts)
                    : .cut(from: other, to: host, at: at, lasts: lasts)
            case .crash: return .workerCrashes(host, at: at, downFor: lasts)
            case .hang: return .workerHangs(host, at: at, lasts: lasts)
            case .slow: return .workerIsSlow(host, factor: dice.draw(3...30, purpose))
            case .drain: return .workerDrains(host, at: at)
            case .disk: return .diskFills(host, at: at, lasts: lasts)
            case .scratch: return .scratchLost(host, at: at)
            case .rot: return .segmentsRot(host, at: at, perMille: dice.draw(100...1000, purpose))
            case .coordinator: return .coordinatorCrashes(at: at, downFor: lasts / 2)
            case .coordinatorAtEvent:
                return .coordinatorCrashesAtEvent(dice.draw(1...200, purpose), downFor: lasts / 4)
            case .restored:
                let copiedAt = dice.draw(0...FaultPlan.faultMilliseconds, purpose)
                return .dataRestored(
                    copiedAt: min(at, copiedAt),
                    at: max(at, copiedAt),
                    downFor: lasts / 4
                )
            case .peers:
                // Neither of the two has trouble with the coordinator.
                let other =
                    (host + dice.draw(1...setting.hostCount - 1, purpose)) % setting.hostCount
                return .cut(from: host, to: other, at: at, lasts: lasts)
            case .threw: return .attemptsFail(.threw, perMille: perMille)
            case .crashed: return .attemptsFail(.crashed, perMille: perMille)
            case .late: return .attemptsAreLate(perMille: perMille)
            case .badRecord:
                return .badRecord(
                    job: job,
                    task: dice.draw(0...setting.jobs[job - 1].mapCount - 1, purpose),
                    offset: dice.draw(1...3, purpose)
                )
            case .notDeterministic:
                return .notDeterministic(
                    job: job,
                    stage: dice.draw(0...setting.jobs[job - 1].plan.stages.count - 1, purpose)
                )
            case .cancel:
                // Sooner or later, or while the first commands are on their way.
                let soon = setting.jobs[job - 1].submittedAt + dice.draw(0...500, purpose)
                return .jobCancelled(job, at: dice.chance(500, purpose) ? at : soon)
            case .publish: return .publishingFails(job: job)
            case .unreached:
                let other =
                    (host + dice.draw(1...setting.hostCount - 1, purpose)) % setting.hostCount
                return .peersCut(host, other, at: at, lasts: 2 * lasts)
            case .noPeer: return .servesNoPeer(host, at: at, lasts: 2 * lasts)
            case .stuck: return .processesStick(perMille: perMille)
            case .tooLarge:
                return .endIsTooLarge(
                    job: job,
                    task: dice.draw(0...setting.jobs[job - 1].mapCount - 1, purpose)
                )
            }
        }
    }
}
