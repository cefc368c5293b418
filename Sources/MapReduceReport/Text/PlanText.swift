package import MapReduceModel

/// Formats a plan for people to read.
package enum PlanText {
    package static func text(of plan: Plan) -> String {
        var text =
            "\(plan.name): \(plan.stages.count) "
            + (plan.stages.count == 1 ? "stage\n" : "stages\n")
        for stage in plan.stages {
            text += "stage \(stage.id): reads \(source(stage.input))\n"
            for source in stage.broadcasts {
                text += "    each task reads all of the pairs of stage \(source.stage)\n"
            }
            if let round = stage.round {
                text += "    left out if an earlier round counted no \"\(round.until ?? "")\"\n"
            }
            for step in stage.steps { text += "    \(step)\n" }
            for output in stage.outputs { text += "    writes \(target(output))\n" }
        }
        return text
    }

    /// Returns the graph as a Mermaid flowchart.
    package static func mermaid(of plan: Plan) -> String {
        var text = "flowchart TD\n"
        var inputs: [String] = []
        for stage in plan.stages {
            let steps = stage.steps.map(\.description)
            let label = (["stage \(stage.id)"] + steps).map(escaped).joined(separator: "<br/>")
            text += "    s\(stage.id)[\"\(label)\"]\n"
            if case .files(let name, _) = stage.input {
                let index = inputs.firstIndex(of: name) ?? inputs.count
                if index == inputs.count {
                    inputs.append(name)
                    text += "    i\(index)[/\"\(escaped(name.isEmpty ? "input" : name))\"/]\n"
                }
                text += "    i\(index) --> s\(stage.id)\n"
            }
            for source in stage.input.sources {
                let output = plan.stages[source.stage].outputs[source.output]
                text += "    s\(source.stage) == \(word(output)) ==> s\(stage.id)\n"
            }
            for source in stage.broadcasts {
                text += "    s\(source.stage) -. broadcast .-> s\(stage.id)\n"
            }
            for (number, output) in stage.outputs.enumerated() {
                guard case .files(let name) = output else { continue }
                let id = "o\(stage.id)_\(number)"
                text += "    \(id)[/\"\(escaped(name.isEmpty ? "output" : name))\"/]\n"
                text += "    s\(stage.id) --> \(id)\n"
            }
        }
        return text
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("\"", with: "&quot;")
            .replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    private static func word(_ output: StageOutput) -> String {
        switch output {
        case .shuffle: "sorted"
        case .combinedShuffle: "combined"
        case .rangeShuffle: "ranges"
        case .files: ""
        }
    }

    private static func source(_ input: StageInput) -> String {
        switch input {
        case .files(name: "", let format): "the input files\(suffix(format))"
        case .files(let name, let format): "the input files \(name)=…\(suffix(format))"
        case .shuffles(let sides):
            sides.map { side in
                let stages = side.map { "\($0.stage)" }
                return "the pairs of "
                    + (stages.count == 1 ? "stage " : "stages ")
                    + stages.joined(separator: " and ")
            }.joined(separator: ", beside ") + ", sorted by key"
        }
    }

    private static func suffix(_ format: InputFormat) -> String {
        format == .lines ? "" : " as \(format)"
    }

    private static func target(_ output: StageOutput) -> String {
        let count = output.partitionCount
        let parts = count == 1 ? "1 partition" : "\(count) partitions"
        return switch output {
        case .shuffle: "\(parts), sorted by key"
        case .combinedShuffle: "\(parts), sorted by key, values of equal keys combined"
        case .rangeShuffle:
            count == 1 ? "1 range of keys, sorted" : "\(count) ranges of keys, sorted"
        case .files(name: ""): "the output, a part for each task"
        case .files(let name): "the output \(name), a part for each task"
        }
    }
}
