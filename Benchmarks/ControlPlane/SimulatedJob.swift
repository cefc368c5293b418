internal import MapReduceControl
internal import MapReduceModel

/// A job as large clusters run them: many maps of 64 MiB, and reducers that write files.
enum SimulatedJob {
    static let reducerCount = 100
    private static let splitByteCount = 64 << 20
    private static let splitsOfFile = 16

    /// Where the files are that a worker has on its own disks.
    static func folder(ofWorker number: Int) -> String { "/data/node-\(number)/" }

    static func submission(taskCount: Int, workerCount: Int) -> JobSubmission {
        let map = StagePlan(
            id: 0,
            input: .files(name: "", format: .lines),
            steps: [Step(verb: "map", file: "WordCount.swift", line: 7)],
            outputs: [.combinedShuffle(partitionCount: reducerCount)]
        )
        let reduce = StagePlan(
            id: 1,
            input: .shuffle(stage: 0),
            steps: [Step(verb: "combine", file: "WordCount.swift", line: 10)],
            outputs: [.files]
        )
        return JobSubmission(
            id: JobID(1),
            plan: Plan(name: "wordcount", stages: [map, reduce]),
            splits: [splits(taskCount, workerCount), []],
            // A task may meet several faulty workers before they are known to be.
            retryPolicy: RetryPolicy(maxAttempts: 100)
        )
    }

    /// Pieces of files of 1 GiB, spread over the workers; those of one file share its path.
    private static func splits(_ count: Int, _ workerCount: Int) -> [Split] {
        var splits: [Split] = []
        splits.reserveCapacity(count)
        let signature = FileSignature(
            byteCount: splitsOfFile * splitByteCount,
            modificationTime: 1_795_219_200_000_000_000
        )
        while splits.count < count {
            let file = splits.count / splitsOfFile
            let path = folder(ofWorker: file % workerCount) + "crawl/2026-11/part-\(file).txt"
            for index in 0..<min(splitsOfFile, count - splits.count) {
                let piece = FilePiece(
                    path: path,
                    offset: index * splitByteCount,
                    byteCount: splitByteCount,
                    compression: .none,
                    signature: signature
                )
                splits.append(Split(pieces: [piece]))
            }
        }
        return splits
    }

    /// What an attempt that succeeds reports.
    ///
    /// A path of about 100 bytes, and the counters that a map or a reducer keeps.
    static func output(of attempt: AttemptID, on worker: WorkerID) -> TaskOutput {
        var counters = Counters()
        let isMap = attempt.task.stage == 0
        if isMap {
            counters.add(1_200_000, to: BuiltInCounter.recordsRead)
            counters.add(splitByteCount, to: BuiltInCounter.bytesRead)
            counters.add(10_500_000, to: BuiltInCounter.pairsEmitted)
            counters.add(2, to: BuiltInCounter.spills)
            counters.add(190_000, to: BuiltInCounter.pairsShuffled)
            counters.add(2_400_000, to: BuiltInCounter.bytesShuffled)
        } else {
            counters.add(190_000_000, to: BuiltInCounter.pairsReceived)
            counters.add(5_000, to: BuiltInCounter.recordsWritten)
            counters.add(60_000, to: BuiltInCounter.bytesWritten)
        }
        let folder = "/var/lib/mapreduce/\(worker)/scratch/coordinator-1795219200/\(attempt)"
        let path = folder + (isMap ? "/run-00000.mrun" : "/part-00000.tsv")
        let file = OutputFile(
            // A copy, as a decoder makes one: it has no room to grow.
            path: String(decoding: Array(path.utf8), as: UTF8.self),
            byteCount: isMap ? 2_400_000 : 60_000,
            recordCount: isMap ? 190_000 : 5_000,
            checksum: isMap ? 0 : 0x1234_5678
        )
        let pairs = PairChecksum(count: isMap ? 190_000 : 1_900_000_000, hashSum: 0)
        return isMap
            ? TaskOutput(run: file, counters: counters, written: [pairs])
            : TaskOutput(
                parts: [file],
                counters: counters,
                written: [PairChecksum()],
                read: pairs,
                heaviestKey: HeavyKey(key: "the", pairCount: 10_000)
            )
    }
}
