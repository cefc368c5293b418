internal import MapReduceControl
internal import MapReduceModel

/// The text about the partitions that the stages of a job have read.
enum PartitionText {
    /// Returns a line for each group of stages that have read partitions of the same sizes, and
    /// another line if a single key has too many of the pairs.
    ///
    /// If there are many, as in a long iteration, those with the largest partitions are shown.
    static func lines(of job: JobStatus) -> String {
        let readers = job.stages.indices.filter { job.stages[$0].partitions != nil }
        var groups: [Group] = []
        for stage in readers {
            guard let sizes = job.stages[stage].partitions else { continue }
            let line = line(of: sizes)
            let skew = skew(of: sizes)
            if let index = groups.firstIndex(where: { $0.line == line && $0.skew == skew }) {
                groups[index].stages.append(stage)
            } else {
                groups.append(
                    Group(stages: [stage], line: line, skew: skew, largest: sizes.largest)
                )
            }
        }
        let shown = Set(
            groups.indices.sorted { groups[$0].largest > groups[$1].largest }
                .prefix(ReportLimits.maxPartitionLineCount)
        )
        var text = ""
        for (index, group) in groups.enumerated() where shown.contains(index) {
            let name = readers.count == 1 ? "" : " of \(group.name)"
            text += "  partitions\(name): \(group.line)\n"
            if let skew = group.skew {
                text += "  skew: \(skew.before) that \(group.name) read, \(skew.after)\n"
            }
        }
        let left = groups.indices.reduce(0) {
            $0 + (shown.contains($1) ? 0 : groups[$1].stages.count)
        }
        if left > 0 { text += "  and \(Format.count(left, "more stage")) with smaller ones\n" }
        return text
    }

    /// Stages with the same text.
    private struct Group {
        var stages: [Int]
        var line: String
        var skew: Skew?
        var largest: Int

        /// `stage 1`, `stages 1 and 3`, `21 stages from 1 to 41`.
        var name: String {
            switch stages.count {
            case 1: "stage \(stages[0])"
            case 2: "stages \(stages[0]) and \(stages[1])"
            default:
                "\(stages.count) stages from \(stages.first ?? 0) to \(stages.last ?? 0)"
            }
        }
    }

    /// The text about a key that has too many pairs, before and after the name of the stage.
    private struct Skew: Equatable {
        var before: String
        var after: String
    }

    private static func line(of sizes: PartitionSizes) -> String {
        let count = Format.count(sizes.count)
        if sizes.smallest == sizes.largest {
            return "\(count), \(Format.count(sizes.largest, "pair"))"
                + (sizes.count == 1 ? "" : " each")
        }
        return "\(count), \(Format.count(sizes.smallest)) to "
            + "\(Format.count(sizes.largest, "pair")), median \(Format.count(sizes.median)), "
            + "the most in part \(sizes.largestIndex)"
    }

    /// Returns the text for a key with more than a partition's fair share; nil if there is none.
    private static func skew(of sizes: PartitionSizes) -> Skew? {
        guard let key = sizes.heaviestKey, sizes.count > 1 else { return nil }
        let share = sizes.heaviestShare
        guard share * 100 >= Double(ReportLimits.skewPercent), share * Double(sizes.count) > 1,
            share <= 1
        else { return nil }
        return Skew(
            before: "key \(key.key) has \(Int(share * 100))% of the pairs",
            after: "in part \(sizes.heaviestKeyIndex)"
                + (sizes.couldCombine ? "; combine(_:) would merge them before the shuffle" : "")
        )
    }
}
