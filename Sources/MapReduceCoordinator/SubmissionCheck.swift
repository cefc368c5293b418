internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel

/// The check of a job from the network, before anything relies on it.
enum SubmissionCheck {
    /// Checks a request to submit a job.
    /// - Throws: `ClusterError` that says what is invalid.
    static func check(_ request: SubmitRequest) throws {
        guard request.version == ClusterProtocol.version else {
            throw ClusterError.unknownVersion("\(request.version)")
        }
        let description = request.description
        try require(
            1...JobLimits.maxWeight ~= request.weight,
            "the weight is a number from 1 to \(JobLimits.maxWeight)"
        )
        try require(
            request.owner.map { owner in
                owner.utf8.count <= HTTPLimits.maxOwnerByteCount
                    && owner.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
            } ?? true,
            "the owner has at most \(HTTPLimits.maxOwnerByteCount) bytes and no control characters"
        )
        try require(
            description.output.hasPrefix("/"),
            "the output is a path from the root on"
        )
        // To the system, a path ends at its first zero byte.
        let paths = description.inputs.flatMap(\.pieces).map(\.path) + [description.output]
        try require(
            paths.allSatisfy { !$0.utf8.contains(0) },
            "a path has a zero byte"
        )
        try require(
            description.splitByteCount > 0,
            "the size of a split is at least 1"
        )
        if let problem = description.retryPolicy.problem(name: { "\($0)" }) {
            try require(false, problem)
        }
        try require(
            description.taskTimeout.map { 1...JobLimits.maxTaskTimeoutSeconds ~= $0 } ?? true,
            "a closure may take 1 second to a year, or as long as it likes"
        )
        if let settings = description.settings {
            // The verdict uses these values in calculations.
            try require(
                [settings.memoryByteCount, settings.splitByteCount, settings.reducerCount]
                    .allSatisfy { 0...CoordinatorLimits.maxInputByteCount ~= $0 },
                "a setting is larger than any machine"
            )
        }
        try request.program.check()
        try check(description.plan)
        try checkInputs(of: description)
    }

    private static func checkInputs(of description: JobDescription) throws {
        try require(
            description.inputs.count == description.plan.stages.count,
            "each stage has a list of files"
        )
        for piece in description.inputs.flatMap(\.pieces) {
            try require(
                0...CoordinatorLimits.maxInputByteCount ~= piece.byteCount && piece.offset == 0
                    && piece.signature.byteCount == piece.byteCount,
                "a file is given whole, with its size"
            )
        }
        let total = description.inputs.reduce(0) { sum, files in
            files.pieces.reduce(sum) {
                min($0 + $1.byteCount, CoordinatorLimits.maxInputByteCount + 1)
            }
        }
        try require(
            total <= CoordinatorLimits.maxInputByteCount,
            "the input is larger than any disk"
        )
    }

    private static func check(_ plan: Plan) throws {
        try require(
            1...CoordinatorLimits.maxStageCount ~= plan.stages.count,
            "a plan has 1 to \(CoordinatorLimits.maxStageCount) stages"
        )
        for (index, stage) in plan.stages.enumerated() {
            try require(
                stage.outputs.count <= CoordinatorLimits.maxOutputCount,
                "stage \(index) has more than \(CoordinatorLimits.maxOutputCount) outputs"
            )
            for output in stage.outputs where !output.isPart {
                try require(
                    1...EngineLimits.maxPartitionCount ~= output.partitionCount,
                    "a shuffle has 1 to \(EngineLimits.maxPartitionCount) partitions"
                )
            }
            try require(
                stage.runPartitionCount <= EngineLimits.maxPartitionCount,
                "the shuffles of stage \(index) have more than "
                    + "\(EngineLimits.maxPartitionCount) partitions"
            )
            if case .files(_, let format) = stage.input {
                let problem = format.problem(maxRecordByteCount: EngineLimits.maxRecordByteCount)
                try require(problem == nil, problem ?? "")
            }
        }
        try require(plan.problem == nil, plan.problem ?? "")
    }

    private static func require(_ condition: Bool, _ message: String) throws {
        try ClusterError.require(condition, message)
    }
}
