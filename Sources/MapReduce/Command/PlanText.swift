internal import MapReduceModel

/// Shows a plan to a person.
enum PlanText {
    static func text(of plan: Plan) -> String {
        var text =
            "\(plan.name): \(plan.stages.count) "
            + (plan.stages.count == 1 ? "stage\n" : "stages\n")
        for stage in plan.stages {
            text += "stage \(stage.id): reads \(source(stage.input))\n"
            for step in stage.steps { text += "    \(step)\n" }
            text += "    writes \(target(stage))\n"
        }
        return text
    }

    private static func source(_ input: StageInput) -> String {
        switch input {
        case .files(name: ""): "the input files"
        case .files(let name): "the input files \(name)=…"
        case .shuffle(let stage): "the pairs of stage \(stage), sorted by key"
        }
    }

    private static func target(_ stage: StagePlan) -> String {
        let parts = stage.partitionCount == 1 ? "1 partition" : "\(stage.partitionCount) partitions"
        return switch stage.output {
        case .shuffle: "\(parts), sorted by key"
        case .combinedShuffle: "\(parts), sorted by key, values of equal keys combined"
        case .files: "the output, a part for each task"
        }
    }
}
