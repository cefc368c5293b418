internal import MapReduceModel

/// The stages that the planner has added so far.
struct StageDrafts {
    private var drafts: [StageDraft] = []

    subscript(stage: StageHandle) -> StageDraft {
        get { drafts[stage.number] }
        set { drafts[stage.number] = newValue }
    }

    mutating func add(_ draft: StageDraft) -> StageHandle {
        drafts.append(draft)
        return StageHandle(number: drafts.count - 1)
    }

    /// Returns whether a stage is or needs another one.
    func does(_ stage: StageHandle, need needed: StageHandle) -> Bool {
        var seen: Set<StageHandle> = []
        var open = [stage]
        while let next = open.popLast() {
            if next == needed { return true }
            if seen.insert(next).inserted { open += self[next].dependencies }
        }
        return false
    }

    /// The stages of the plan: those that write something.
    ///
    /// Each comes after the stages that it needs; otherwise they are in the order in which they
    /// were added.
    var inOrder: OrderedStages {
        var ordered: [StageHandle] = []
        var seen: Set<StageHandle> = []
        // A loop instead of recursion, because an iteration makes long chains: `open` contains the
        // stages that wait for those they need, and which of these come next.
        var open: [(stage: StageHandle, needed: ArraySlice<StageHandle>)] = []
        for number in drafts.indices where !drafts[number].outputs.isEmpty {
            var next: StageHandle? = StageHandle(number: number)
            while true {
                if let stage = next, seen.insert(stage).inserted {
                    open.append((stage, self[stage].dependencies[...]))
                }
                guard let last = open.indices.last else { break }
                next = open[last].needed.popFirst()
                if next == nil { ordered.append(open.removeLast().stage) }
            }
        }
        return OrderedStages(ordered, of: self)
    }
}

/// The stages of a plan in their order, with their indexes in it.
struct OrderedStages {
    let drafts: [StageDraft]
    private let indexes: [StageHandle: Int]

    init(_ stages: [StageHandle], of all: StageDrafts) {
        drafts = stages.map { all[$0] }
        indexes = Dictionary(
            uniqueKeysWithValues: stages.enumerated().map { ($0.element, $0.offset) }
        )
    }

    /// Returns the index of a stage in the plan; nil for one that writes nothing and so is not in
    /// the plan.
    func index(of stage: StageHandle) -> Int? { indexes[stage] }

    /// The stages as the plan contains them.
    var plans: [StagePlan] { drafts.enumerated().map { plan(of: $0.element, id: $0.offset) } }

    private func plan(of draft: StageDraft, id: Int) -> StagePlan {
        let input: StageInput =
            switch draft.input {
            case .files(let name, let format): .files(name: name, format: format)
            case .shuffles(let sides): .shuffles(sides.map { $0.map(source) })
            }
        var round = draft.round
        round?.previous = draft.previous.flatMap { index(of: $0) }
        return StagePlan(
            id: id,
            input: input,
            broadcasts: draft.broadcasts.map(source),
            steps: draft.steps,
            outputs: draft.outputs,
            round: round
        )
    }

    private func source(_ shuffle: ShuffleHandle) -> ShuffleSource {
        guard let stage = index(of: shuffle.stage) else {
            preconditionFailure("a stage that others read is in the plan")
        }
        return ShuffleSource(stage: stage, output: shuffle.output)
    }
}
