internal import MapReduceControl
internal import MapReduceModel

/// A cluster in one thread: one coordinator, some workers, a network, disks and a clock, all of
/// them simulated, around the real state machines of coordinator and worker.
///
/// Everything that happens is an event with a moment; nothing happens between events.
final class World {
    let plan: FaultPlan
    let setting: Setting
    var dice: Dice
    var now = Instant.zero
    var queue = EventQueue<SimulatedEvent>()
    var coordinator: SimulatedCoordinator?
    var coordinatorLife = 0
    var durable = DurableState()
    var workers: [SimulatedWorker]
    var lineage = Lineage()
    /// Parts that attempts of last stages have written to the shared file system.
    var parts: [String: Lineage.Identity] = [:]
    /// Where outputs go, by the planned jobs.
    var places: [Int: OutputPlace] = [:]
    /// Copies of the coordinator's data, by the faults that put them back.
    var copies: [Fault: DurableState] = [:]
    /// Whether one was put back.
    var wasRestored = false
    /// What was drawn at random, and never twice.
    var nameCount = 0
    /// Outputs that are being put in place.
    var publishing: [JobID: [TaskOutput]] = [:]
    var areFaultsOver = false
    private var nextCall = 0
    private var cuts: [Fault] = []
    /// What came to a process that does not run now.
    private var deferred: [Int: [SimulatedEvent]] = [:]
    /// How many in a thousand.
    private(set) var ratios = Ratios()
    var checks: Checks
    /// What happened, line by line; nil where nobody reads it.
    private(set) var transcript: [String]?
    /// What is wrong; nil while nothing is.
    var failure: String?

    struct Ratios {
        var lost = 0
        var doubled = 0
        var delayed = 0
        var threw = 0
        var crashed = 0
        var late = 0
        var stuck = 0
    }

    init(plan: FaultPlan, isRecording: Bool) {
        self.plan = plan
        setting = Setting(seed: plan.seed)
        dice = Dice(seed: plan.seed)
        transcript = isRecording ? [] : nil
        checks = Checks()
        workers = []
        for host in 0..<setting.hostCount {
            workers.append(
                SimulatedWorker(
                    host: host,
                    machine: WorkerStateMachine(slotCount: setting.slotCounts[host]),
                    life: 0
                )
            )
        }
    }

    func note(_ line: @autoclosure () -> String) {
        guard transcript != nil else { return }
        let milliseconds = "\(now.nanoseconds / 1_000_000)"
        let padding = String(repeating: " ", count: max(7 - milliseconds.count, 0))
        transcript?.append(padding + milliseconds + "  " + line())
    }

    func fail(_ message: String) {
        note("WRONG: \(message)")
        if failure == nil { failure = message }
    }

    // MARK: The run

    /// Faults end at the latest now, in milliseconds.
    static let quietAt = FaultPlan.faultMilliseconds + 26_000
    /// Simulated time in which every job must end once there are no more faults, in milliseconds.
    static let patience = 900_000
    /// Events of one run: more of them are a loop without end.
    private static let maxEvents = 400_000

    func run() {
        prepare()
        var count = 0
        while failure == nil, let (instant, event) = queue.next() {
            now = instant
            count += 1
            handle(event)
            if areFaultsOver, isSettled { break }
            if now > Self.instant(Self.quietAt + Self.patience) {
                fail("jobs have not ended \(Self.patience / 1000) s after the last fault")
            }
            if count > Self.maxEvents { fail("there is no end of events") }
        }
        if failure == nil { checkEnd() }
    }

    static func instant(_ milliseconds: Int) -> Instant {
        .zero + .milliseconds(milliseconds)
    }

    private func prepare() {
        startCoordinator()
        for host in workers.indices { startWorker(host) }
        for job in setting.jobs {
            queue.add(.submit(job: job.number), at: Self.instant(job.submittedAt))
        }
        for fault in plan.faults { schedule(fault) }
        queue.add(.faultsStop, at: Self.instant(Self.quietAt))
    }

    private func schedule(_ fault: Fault) {
        switch fault {
        case .messagesLost(let perMille): ratios.lost = perMille
        case .messagesDoubled(let perMille): ratios.doubled = perMille
        case .messagesDelayed(let perMille): ratios.delayed = perMille
        case .attemptsFail(.threw, let perMille): ratios.threw = perMille
        case .attemptsFail(_, let perMille): ratios.crashed = perMille
        case .attemptsAreLate(let perMille): ratios.late = perMille
        case .processesStick(let perMille): ratios.stuck = perMille
        case .workerIsSlow(let host, let factor): workers[host].slowness = factor
        case .cut(_, _, let at, let lasts), .peersCut(_, _, let at, let lasts),
            .servesNoPeer(_, let at, let lasts), .workerCrashes(_, let at, let lasts),
            .workerHangs(_, let at, let lasts), .diskFills(_, let at, let lasts),
            .coordinatorCrashes(let at, let lasts):
            queue.add(.fault(fault), at: Self.instant(at))
            queue.add(.faultEnds(fault), at: Self.instant(min(at + lasts, Self.quietAt)))
        case .dataRestored(let copiedAt, let at, let lasts):
            queue.add(.copyData(fault), at: Self.instant(copiedAt))
            queue.add(.fault(fault), at: Self.instant(at))
            queue.add(.faultEnds(fault), at: Self.instant(min(at + lasts, Self.quietAt)))
        case .workerDrains(_, let at), .scratchLost(_, let at), .segmentsRot(_, let at, _):
            queue.add(.fault(fault), at: Self.instant(at))
        case .jobCancelled(let job, let at): queue.add(.cancel(job: job), at: Self.instant(at))
        case .coordinatorCrashesAtEvent, .badRecord, .notDeterministic, .publishingFails,
            .endIsTooLarge:
            break
        }
    }

    private func handle(_ event: SimulatedEvent) {
        if let host = stoppedReceiver(of: event) {
            deferred[host, default: []].append(event)
            return
        }
        switch event {
        case .request(let call, let node, let request): serve(call, node, request)
        case .response(let call, let response):
            note("\(call.caller) hears \(describe(response))")
            workerHears(response, call)
        case .callFailed(let call): workerHears(nil, call)
        case .worker(let host, let life, let step):
            if workers[host].isAlive, workers[host].life == life || isRestart(step) {
                perform(step, on: host)
            } else if isRestart(step), !workers[host].isAlive {
                startWorker(host)
            }
        case .coordinator(let life, let step):
            if case .restart = step {
                if coordinator == nil { startCoordinator() }
            } else if coordinatorLife == life, coordinator != nil {
                perform(step)
            }
        case .fault(let fault): begin(fault)
        case .faultEnds(let fault): end(fault)
        case .copyData(let fault): copies[fault] = durable
        case .submit(let job): submit(job)
        case .cancel(let job): cancel(job)
        case .faultsStop: stopFaults()
        }
    }

    private func isRestart(_ step: WorkerStep) -> Bool {
        if case .restart = step { true } else { false }
    }

    /// The host of a stopped process that an event is for.
    private func stoppedReceiver(of event: SimulatedEvent) -> Int? {
        let host: Int
        switch event {
        case .request(_, let node, _): host = node.index
        case .response(let call, _): host = call.caller.index
        case .callFailed(let call): host = call.caller.index
        case .worker(let index, _, _): host = index
        default: return nil
        }
        return host >= 0 && workers[host].isStopped ? host : nil
    }

    func resume(_ host: Int) {
        workers[host].isStopped = false
        for event in deferred.removeValue(forKey: host) ?? [] { queue.add(event, at: now) }
    }

    // MARK: The network

    /// How long a caller waits for an answer.
    private static let timeout = Duration.seconds(15)

    /// Asks; the answer, or that there is none, comes as an event.
    func call(from host: Int, to node: Node, _ request: Request) -> CallID {
        nextCall += 1
        let call = CallID(number: nextCall, caller: .host(host), life: workers[host].life)
        if let delay = delay(from: call.caller, to: node) {
            queue.add(.request(call, to: node, request), at: now + delay)
            if dice.chance(ratios.doubled, Dice.Purpose("doubled", host)) {
                queue.add(.request(call, to: node, request), at: now + delay + delay)
            }
        }
        queue.add(.callFailed(call), at: now + Self.timeout)
        return call
    }

    func respond(_ call: CallID, from node: Node, _ response: Response) {
        guard let delay = delay(from: node, to: call.caller) else { return }
        queue.add(.response(call, response), at: now + delay)
    }

    /// That nobody listens.
    func refuse(_ call: CallID) { queue.add(.callFailed(call), at: now + .milliseconds(1)) }

    /// How long a message takes; nil when it is lost.
    private func delay(from: Node, to: Node) -> Duration? {
        let purpose = Dice.Purpose("message", from.index, to.index)
        let draw = Int(dice.draw(purpose) % 1_000_000)
        if cuts.contains(where: { $0.blocks(from: from.index, to: to.index) }) { return nil }
        if draw % 1000 < ratios.lost { return nil }
        let isLate = draw / 1000 < ratios.delayed
        let usual = dice.draw(1...20, purpose)
        return .milliseconds(isLate ? usual * dice.draw(10...400, purpose) : usual)
    }

    // MARK: Faults

    private func begin(_ fault: Fault) {
        guard !areFaultsOver else { return }
        note("FAULT: \(fault)")
        switch fault {
        case .cut, .peersCut, .servesNoPeer: cuts.append(fault)
        case .workerCrashes(let host, _, _): crashWorker(host)
        case .workerHangs(let host, _, _): workers[host].isStopped = workers[host].isAlive
        case .workerDrains(let host, _): if workers[host].isAlive { drain(host) }
        case .diskFills(let host, _, _):
            workers[host].isDiskFull = true
            if workers[host].isAlive { apply(.diskChecked(isLow: true), to: host) }
        case .scratchLost(let host, _):
            workers[host].runs = [:]
            workers[host].fetched = [:]
        case .segmentsRot(let host, _, let perMille): rot(host, perMille)
        case .coordinatorCrashes: crashCoordinator()
        case .dataRestored: restore(fault)
        default: break
        }
    }

    private func rot(_ host: Int, _ perMille: Int) {
        for run in workers[host].runs.keys.sorted()
        where dice.chance(perMille, Dice.Purpose("rot", host)) {
            workers[host].runs[run]?.isRotten = true
        }
    }

    private func end(_ fault: Fault) {
        switch fault {
        case .cut, .peersCut, .servesNoPeer: cuts.removeAll { $0 == fault }
        case .workerCrashes(let host, _, _): if !workers[host].isAlive { startWorker(host) }
        case .workerHangs(let host, _, _): resume(host)
        case .diskFills(let host, _, _):
            workers[host].isDiskFull = false
            if workers[host].isAlive { apply(.diskChecked(isLow: false), to: host) }
        case .coordinatorCrashes, .dataRestored: if coordinator == nil { startCoordinator() }
        default: break
        }
    }

    private func stopFaults() {
        note("no more faults")
        areFaultsOver = true
        ratios = Ratios()
        cuts = []
        if coordinator == nil { startCoordinator() }
        for host in workers.indices {
            resume(host)
            workers[host].isDiskFull = false
            workers[host].slowness = 1
            if workers[host].isAlive {
                apply(.diskChecked(isLow: false), to: host)
            } else {
                startWorker(host)
            }
        }
    }
}
