internal import MapReduceControl
internal import MapReduceModel

/// The state of a run in a few lines: one for the job, and one for each stage that is running.
///
///     wordcount: 0/2 stages, 12,345 records, 6,172 records/s, 250 MB/s, 2 s
///       stage 0 [======      ] 1/4 tasks, 2 running, 1 failure, 3 s left, map at A.swift:7
package enum ProgressLines {
    /// Returns lines of fewer cells than the terminal has columns, and at most as many as it can
    /// show.
    package static func lines(
        of progress: RunProgress,
        _ pace: Pace,
        _ size: TerminalSize
    ) -> [StyledLine] {
        let cellCount = max(size.columnCount - 1, 0)
        let stages = progress.currentStages
        let room = min(max(size.rowCount - 2, 0), ReportLimits.maxShownStageCount)
        var lines = [job(progress, pace, cellCount)]
        for stage in stages.prefix(room) {
            lines.append(self.stage(stage, progress, pace, cellCount))
        }
        if stages.count > room, room > 0 {
            var line = StyledLine()
            line.append("  and \(Format.count(stages.count - room + 1, "more stage"))")
            lines[lines.count - 1] = line
        }
        return lines.map { $0.prefix(cellCount: cellCount) }
    }

    /// A field that a line shows if there is room; the field with `rank` 0 is left out last.
    private struct Field {
        var rank: Int
        var text: String
        var style = StyledLine.Style.plain
    }

    private static func job(
        _ progress: RunProgress,
        _ pace: Pace,
        _ cellCount: Int
    ) -> StyledLine {
        var line = StyledLine()
        line.append(progress.name, .bold)
        line.append(": ")
        var fields = [
            Field(rank: 3, text: "\(progress.doneStageCount)/\(progress.stages.count) stages"),
            Field(rank: 4, text: Format.count(progress.recordsRead, "record")),
        ]
        if progress.phase == .committing {
            fields.insert(Field(rank: 0, text: "putting the output in place"), at: 0)
        }
        if let rate = pace.recordsPerSecond {
            fields.append(Field(rank: 2, text: Format.count(rate) + " records/s"))
        }
        if let rate = pace.bytesPerSecond {
            fields.append(Field(rank: 1, text: Format.bytes(rate) + "/s"))
        }
        fields.append(Field(rank: 0, text: Format.wholeSeconds(progress.elapsed)))
        add(fields, to: &line, cellCount)
        return line
    }

    private static func stage(
        _ number: Int,
        _ progress: RunProgress,
        _ pace: Pace,
        _ cellCount: Int
    ) -> StyledLine {
        let stage = progress.stages[number]
        let barCellCount = 12
        let filled = Int(progress.share(of: number) * Double(barCellCount))
        var line = StyledLine()
        line.append("  stage \(number) [")
        line.append(String(repeating: "=", count: filled), .good)
        line.append(String(repeating: " ", count: barCellCount - filled) + "] ")
        var fields = [
            Field(
                rank: 0,
                text: "\(Format.count(stage.doneCount))/\(Format.count(stage.taskCount)) tasks"
            ),
            Field(
                rank: 4,
                text: stage.runningCount > 0
                    ? Format.count(stage.runningCount) + " running" : "waiting for a slot"
            ),
        ]
        if stage.failureCount > 0 {
            fields.append(
                Field(rank: 1, text: Format.count(stage.failureCount, "failure"), style: .bad)
            )
        }
        if stage.backupCount > 0 {
            fields.append(Field(rank: 3, text: Format.count(stage.backupCount, "backup")))
        }
        if let left = pace.left(of: number, progress) {
            fields.append(Field(rank: 2, text: Format.wholeSeconds(left) + " left"))
        }
        add(fields, to: &line, cellCount)
        // As much of the label as fits: it ends in the line of the source.
        if line.cellCount + stage.label.count / 2 < cellCount { line.append(", " + stage.label) }
        return line
    }

    /// Adds fields in order, omitting those that do not fit.
    private static func add(_ fields: [Field], to line: inout StyledLine, _ cellCount: Int) {
        var left = cellCount - line.cellCount
        var isKept = fields.map { _ in false }
        for index in fields.indices.sorted(by: { fields[$0].rank < fields[$1].rank }) {
            left -= DisplayWidth.cellCount(of: fields[index].text) + 2
            // The first field needs no comma; a field that does not fit is cut off at the margin.
            guard left >= -2 || fields[index].rank == 0 else { break }
            isKept[index] = true
        }
        var isFirst = true
        for (field, isKept) in zip(fields, isKept) where isKept {
            if !isFirst { line.append(", ") }
            line.append(field.text, field.style)
            isFirst = false
        }
    }
}
