internal import MapReduceControl
internal import MapReduceDriver
internal import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport

/// A file that a test gives in place of one on the command line.
package struct GivenFile: Hashable, Sendable {
    package var name: String
    package var bytes: [UInt8]

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }
}

/// A runner of one pipeline under one set of conditions after another, on threads of this process
/// and always on the same files.
package final class CheckRunner {
    private let name: String
    private let pipeline: (Input) throws -> any Dataset
    private let scratch: ScratchDirectory
    private var files: [String: [PlannedFile]] = [:]
    private var sideFiles: [String: String] = [:]
    private var lineCount = 0
    private var runCount = 0
    /// Whether a thread is still running that may write to the scratch directory.
    private var isInUse = false

    private init(name: String, pipeline: @escaping (Input) throws -> any Dataset) throws {
        self.name = name
        self.pipeline = pipeline
        scratch = try ScratchDirectory(below: try Host.temporaryDirectory)
    }

    /// Writes the files, passes a runner to the body, and then removes everything that was written.
    ///
    /// `inputs`: the files of each input; the input without a name has the empty name.
    ///
    /// `sideFiles`: the contents of the side files, by name.
    package static func with<Result>(
        name: String,
        inputs: [String: [GivenFile]],
        sideFiles: [String: [UInt8]] = [:],
        pipeline: @escaping (Input) throws -> any Dataset,
        _ body: (CheckRunner) throws -> Result
    ) throws -> Result {
        let runner = try CheckRunner(name: name, pipeline: pipeline)
        let result: Result
        do {
            for (input, files) in inputs { try runner.write(files, input) }
            for (name, bytes) in sideFiles { try runner.write(bytes, sideFile: name) }
            result = try body(runner)
        } catch {
            if !runner.isInUse { try runner.scratch.remove() }
            throw error
        }
        try runner.scratch.remove()
        return result
    }

    private func write(_ bytes: [UInt8], sideFile name: String) throws {
        let path = "\(scratch.path)/side-file\(sideFiles.count)"
        try write(bytes, to: path)
        sideFiles[name] = path
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        let writer = try PartWriter(path: path)
        try bytes.withUnsafeBytes { try writer.add($0) }
        _ = try writer.commit()
    }

    private func write(_ given: [GivenFile], _ input: String) throws {
        let directory = "\(scratch.path)/input" + (input.isEmpty ? "" : "-\(input)")
        try Files.createNewDirectory(directory)
        files[input] = try given.map { file in
            lineCount += file.bytes.count { $0 == 0x0A }
            guard !file.name.isEmpty, !file.name.contains("/"), !file.name.hasPrefix(".") else {
                throw JobError(.usage, "\"\(file.name)\" cannot name a file of a test")
            }
            let path = "\(directory)/\(file.name)"
            try write(file.bytes, to: path)
            return try InputFiles.inspect(path)
        }
    }

    /// Calls the pipeline and compiles what it describes.
    private func compiled(_ settings: RunSettings) throws -> CompiledJob {
        let planner = Planner(
            reducerCount: settings.reducerCount,
            outputStyle: OutputStyle(.run)
        )
        let files = SideFiles(sideFiles)
        try pipeline(Input(files: files)).plan(into: OutputPlanner(planner: planner, name: ""))
        try files.checkAreAsked()
        return try planner.finish(name: name)
    }

    /// Describes the pipeline several times and compares the plans.
    /// - Returns: The difference; nil if all plans have the same fingerprint.
    /// - Throws: `JobError` if the pipeline cannot be planned.
    package func differenceOfPlans(calls: Int) throws -> String? {
        let settings = RunSettings(TestConditions())
        let first = try compiled(settings).plan
        for _ in 1..<calls {
            let other = try compiled(settings).plan
            if other.fingerprint == first.fingerprint { continue }
            let detail =
                zip(first.stages, other.stages).first { $0.label != $1.label }.map {
                    "stage \($0.id) is \"\($0.label)\" in one, and \"\($1.label)\" in another"
                }
                ?? "the steps of their stages are the same, but not what these read and write"
            return "pipeline(_:) describes different plans when it is called several times: "
                + "\(detail); each process of a job calls it, so it must depend on nothing but the "
                + "job's own options and side files"
        }
        return nil
    }

    /// Runs the pipeline once.
    /// - Throws: `JobError` if it fails.
    package func run(_ conditions: TestConditions) throws -> CheckResult {
        runCount += 1
        let directory = "\(scratch.path)/run\(runCount)"
        try Files.createNewDirectory(directory)
        var settings = RunSettings(conditions)
        // Each spill costs files, so a large input does not get more spills.
        settings.limits.maxPairCount = max(settings.limits.maxPairCount, lineCount / 64)
        let compiled = try compiled(settings)
        let id = JobID(1)
        let runner = try LocalRunner(
            job: compiled.driven(settings, testConditions: conditions).hosted(id, settings),
            slotCount: settings.workerCount,
            directories: RunDirectories(output: nil, scratch: directory),
            signals: nil,
            display: SilentDisplay()
        )
        let submission = JobSubmission(
            id: id,
            plan: compiled.plan,
            splits: try splits(for: compiled.plan, conditions),
            retryPolicy: settings.retryPolicy
        )
        let job: JobState
        do {
            job = try runner.run(submission)
        } catch let hung as HungThreadError {
            isInUse = true
            throw JobError(RunError(hung))
        }
        do {
            try job.checkSucceeded()
        } catch let error as RunError {
            throw JobError(error)
        }
        let result = try result(of: job, compiled.outputTypes)
        try Files.remove(directory)
        return result
    }

    private func splits(for plan: Plan, _ conditions: TestConditions) throws -> [[Split]] {
        let names = Set(
            plan.stages.compactMap { if case .files(let name, _) = $0.input { name } else { nil } }
        )
        for name in files.keys.sorted() where !names.contains(name) {
            throw JobError(.usage, "the job reads no input \(Self.quoted(name))")
        }
        for name in names.sorted() where files[name] == nil {
            throw JobError(
                .usage,
                "the job reads the input \(Self.quoted(name)); give it to the test"
            )
        }
        return try plan.stages.map { stage in
            guard case .files(let name, let format) = stage.input, var files = files[name] else {
                return []
            }
            if conditions.shufflesValues {
                var random = SeededRandom(seed: conditions.seed)
                files.shuffle(using: &random)
            }
            let byteCount = files.reduce(0) { $0 + $1.signature.byteCount }
            return try SplitPlanner.splits(
                of: files,
                format: format,
                splitByteCount: max(byteCount / conditions.splitCount, 1),
                slotCount: 1
            )
        }
    }

    private static func quoted(_ name: String) -> String {
        name.isEmpty ? "without a name" : "\"\(name)\""
    }

    // MARK: Results

    private func result(of job: JobState, _ types: [String: OutputTypes]) throws -> CheckResult {
        let plan = job.submission.plan
        var result = CheckResult(outputs: [:], counters: [:], stages: [], differences: [])
        for (name, types) in types {
            result.outputs[name] = CheckResult.Output(types: types, pairs: [])
        }
        for (stage, state) in zip(plan.stages, job.stages) {
            var names: [String] = []
            for case .files(let name) in stage.outputs { names.append(name) }
            let outputs = state.tasks.compactMap(\.winningOutput)
            for (name, part) in outputs.flatMap({ zip(names, $0.parts) }) {
                let cursor = try SegmentCursor(run: RunReader(path: part.path), partition: 0)
                while try cursor.next() {
                    result.outputs[name]?.pairs.append((Array(cursor.key), Array(cursor.value)))
                }
            }
            result.stages.append(
                CheckResult.Stage(
                    label: stage.label,
                    written: stage.outputs.indices.map { index in
                        if case .combinedShuffle = stage.outputs[index] { return nil }
                        return outputs.reduce(0) {
                            $0 &+ ($1.written.isEmpty ? 0 : $1.written[index].hashSum)
                        }
                    },
                    outputs: names
                )
            )
        }
        let prefix = BuiltInCounter.userPrefix
        for entry in job.counters.entries where entry.name.hasPrefix(prefix) {
            result.counters[String(entry.name.dropFirst(prefix.count))] = entry.value
        }
        result.differences = job.differences.map {
            JobSummary.text(of: $0, steps: plan.stages[$0.task.stage].label)
        }
        return result
    }
}
