internal import MapReduceControl
internal import MapReduceModel

/// What is said of the partitions that the stages of a job have read.
enum PartitionText {
    /// A line for each stage that has read partitions, and one more where a single key has too many
    /// of the pairs.
    static func lines(of job: JobStatus) -> String {
        let readers = job.stages.indices.filter { job.stages[$0].partitions != nil }
        var text = ""
        for stage in readers {
            guard let sizes = job.stages[stage].partitions else { continue }
            let name = readers.count == 1 ? "" : " of stage \(stage)"
            text += "  partitions\(name): \(line(of: sizes))\n"
            if let line = skew(of: sizes, stage: stage) { text += "  skew: \(line)\n" }
        }
        return text
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

    /// That a key has more than its part's fair share; nil when none has.
    private static func skew(of sizes: PartitionSizes, stage: Int) -> String? {
        guard let key = sizes.heaviestKey, sizes.count > 1 else { return nil }
        let share = sizes.heaviestShare
        guard share * 100 >= Double(Policy.skewPercent), share * Double(sizes.count) > 1,
            share <= 1
        else { return nil }
        return "key \"\(key.key)\" has \(Int(share * 100))% of the pairs that stage \(stage) read, "
            + "in part \(sizes.heaviestKeyIndex)"
            + (sizes.couldCombine ? "; combine(_:) would merge them before the shuffle" : "")
    }
}
