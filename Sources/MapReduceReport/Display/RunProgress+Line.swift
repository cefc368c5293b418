internal import MapReduceModel

extension RunProgress {
    /// The state of a run in one line, for a log.
    package var line: String {
        let stages = currentStages.map { number in
            let stage = self.stages[number]
            return "stage \(number) (\(stage.label)) \(Format.count(stage.doneCount)) of "
                + "\(Format.count(stage.taskCount, "task")), "
        }
        let line =
            "\(Format.duration(elapsed)): " + stages.joined()
            + "\(Format.count(recordsRead, "record")), \(Format.rate(bytesRead, elapsed))"
        return line.printableLine + "\n"
    }
}
