/// What a job's executable says about a run of it, for a cluster to do it.
package struct JobDescription: Hashable, Codable, Sendable {
    package var plan: Plan
    /// The files of each stage, whole, one piece for each; empty for a stage that reads none.
    package var inputs: [Split]
    /// The side files that the job reads.
    package var files: [DescribedFile]
    /// The directory that the output goes to, from the root on.
    package var output: String
    /// Whether the output of an earlier job is replaced.
    package var overwrites: Bool
    /// The most bytes of one split.
    package var splitByteCount: Int
    package var maxAttempts: Int
    package var maxBadRecords: Int
    /// Tasks that are run a second time, to be compared, in percent.
    package var auditPercent: Int
    /// Seconds that a closure may take without progress; nil for as long as it likes.
    package var taskTimeout: Int?
    /// The options that what bounds the job depends on; nil where nobody tells.
    package var settings: JobReport.Settings?
    /// How much its user wants to hear.
    package var isQuiet: Bool
    package var isVerbose: Bool

    package init(
        plan: Plan,
        inputs: [Split],
        files: [DescribedFile] = [],
        output: String,
        overwrites: Bool,
        splitByteCount: Int,
        maxAttempts: Int,
        maxBadRecords: Int,
        auditPercent: Int = 0,
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
        self.maxAttempts = maxAttempts
        self.maxBadRecords = maxBadRecords
        self.auditPercent = auditPercent
        self.taskTimeout = taskTimeout
        self.settings = settings
        self.isQuiet = isQuiet
        self.isVerbose = isVerbose
    }
}

/// A side file of a job, where it is submitted.
package struct DescribedFile: Hashable, Codable, Sendable {
    package var name: String
    package var path: String
    /// As it was before the job read it.
    package var signature: FileSignature

    package init(name: String, path: String, signature: FileSignature) {
        self.name = name
        self.path = path
        self.signature = signature
    }
}
