package import MapReduceModel

/// A task of a job in short notation: `0.3` is task 3 of stage 0.
package struct TaskName: Hashable, Sendable, CustomStringConvertible {
    package let stage: Int
    package let index: Int

    package init(stage: Int, index: Int) {
        self.stage = stage
        self.index = index
    }

    package init(_ task: TaskID) { self.init(stage: task.stage, index: task.index) }

    /// Parses the notations of reports, lists and logs: `0.3`, `stage 0, task 3`,
    /// `job7-stage0-task3`, and each of these followed by an attempt.
    package init?(_ text: String) {
        let pair = text.split(separator: ".", omittingEmptySubsequences: false)
        if pair.count == 2, let stage = Self.number(pair[0]), let index = Self.number(pair[1]) {
            self.init(stage: stage, index: index)
            return
        }
        var parts = text.filter { $0 != " " }.split(omittingEmptySubsequences: false) {
            $0 == "-" || $0 == ","
        }
        if let first = parts.first, Self.number(first, behind: "job") != nil {
            parts.removeFirst()
        }
        if parts.count == 3, Self.number(parts[2], behind: "attempt") != nil { parts.removeLast() }
        guard parts.count == 2, let stage = Self.number(parts[0], behind: "stage"),
            let index = Self.number(parts[1], behind: "task")
        else { return nil }
        self.init(stage: stage, index: index)
    }

    private static func number(_ text: Substring, behind word: String = "") -> Int? {
        let digits = text.dropFirst(word.count)
        guard text.hasPrefix(word), !digits.isEmpty, digits.allSatisfy({ "0"..."9" ~= $0 })
        else { return nil }
        return Int(digits)
    }

    package var description: String { "\(stage).\(index)" }

    /// Returns what is wrong with the name in a job with these numbers of tasks in its stages; nil
    /// if the task exists.
    package func problem(in plan: Plan, taskCounts: [Int]) -> String? {
        if taskCounts.indices.contains(stage), 0..<taskCounts[stage] ~= index { return nil }
        let stages = zip(plan.stages, taskCounts).map { stage, count in
            count == 1
                ? "\(stage.id).0 (\(stage.label))"
                : "\(stage.id).0 to \(stage.id).\(count - 1) (\(stage.label))"
        }
        return "the job has no task \(self); it has " + stages.joined(separator: ", ")
    }
}
