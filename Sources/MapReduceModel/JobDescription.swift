/// A job's executable's description of a run, for a cluster to execute.
package struct JobDescription: Hashable, Sendable {
    package var plan: Plan
    /// The files of each stage, uncut, one piece for each file; empty for a stage that reads none.
    package var inputs: [Split]
    /// The side files that the job reads.
    package var files: [DescribedFile]
    /// The output directory, as an absolute path.
    package var output: String
    /// Whether the output replaces that of an earlier job.
    package var overwrites: Bool
    /// The maximum number of bytes of one split.
    package var splitByteCount: Int
    package var retryPolicy: RetryPolicy
    /// Seconds that a closure may take without progress; nil for no limit.
    package var taskTimeout: Int?
    /// The options that affect what bounds the job; nil if unknown.
    package var settings: JobReport.Settings?
    /// Whether the user wants less output.
    package var isQuiet: Bool
    package var isVerbose: Bool

    package init(
        plan: Plan,
        inputs: [Split],
        files: [DescribedFile] = [],
        output: String,
        overwrites: Bool,
        splitByteCount: Int,
        retryPolicy: RetryPolicy,
        taskTimeout: Int?,
        settings: JobReport.Settings? = nil,
        isQuiet: Bool,
        isVerbose: Bool
    ) {
        self.plan = plan
        self.inputs = inputs
        self.files = files
        self.output = output
        self.overwrites = overwrites
        self.splitByteCount = splitByteCount
        self.retryPolicy = retryPolicy
        self.taskTimeout = taskTimeout
        self.settings = settings
        self.isQuiet = isQuiet
        self.isVerbose = isVerbose
    }
}

extension JobDescription: Codable {
    /// The fields other than the policy; the policy's fields are encoded next to them.
    private enum CodingKeys: String, CodingKey {
        case plan, inputs, files, output, overwrites, splitByteCount, taskTimeout, settings
        case isQuiet, isVerbose
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            plan: try fields.decode(Plan.self, forKey: .plan),
            inputs: try fields.decode([Split].self, forKey: .inputs),
            files: try fields.decode([DescribedFile].self, forKey: .files),
            output: try fields.decode(String.self, forKey: .output),
            overwrites: try fields.decode(Bool.self, forKey: .overwrites),
            splitByteCount: try fields.decode(Int.self, forKey: .splitByteCount),
            retryPolicy: try RetryPolicy(from: decoder),
            taskTimeout: try fields.decodeIfPresent(Int.self, forKey: .taskTimeout),
            settings: try fields.decodeIfPresent(JobReport.Settings.self, forKey: .settings),
            isQuiet: try fields.decode(Bool.self, forKey: .isQuiet),
            isVerbose: try fields.decode(Bool.self, forKey: .isVerbose)
        )
    }

    package func encode(to encoder: any Encoder) throws {
        try retryPolicy.encode(to: encoder)
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(plan, forKey: .plan)
        try fields.encode(inputs, forKey: .inputs)
        try fields.encode(files, forKey: .files)
        try fields.encode(output, forKey: .output)
        try fields.encode(overwrites, forKey: .overwrites)
        try fields.encode(splitByteCount, forKey: .splitByteCount)
        try fields.encodeIfPresent(taskTimeout, forKey: .taskTimeout)
        try fields.encodeIfPresent(settings, forKey: .settings)
        try fields.encode(isQuiet, forKey: .isQuiet)
        try fields.encode(isVerbose, forKey: .isVerbose)
    }
}

/// A side file of a job, on the machine where it is submitted.
package struct DescribedFile: Hashable, Codable, Sendable {
    package var name: String
    package var path: String
    /// Its signature before the job read it.
    package var signature: FileSignature

    package init(name: String, path: String, signature: FileSignature) {
        self.name = name
        self.path = path
        self.signature = signature
    }
}
