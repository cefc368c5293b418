package import MapReduceModel

/// A job as it is submitted to the control plane.
package struct JobSubmission: Hashable, Sendable {
    package var id: JobID
    /// A random id from the process that accepts the job, as numbers repeat after an older copy of
    /// a journal is restored; empty on one machine.
    package var uuid: String
    package var plan: Plan
    /// The splits of each stage that reads files; empty for the others.
    package var splits: [[Split]]
    /// The job's share of the slots, relative to other jobs; at least 1.
    package var weight: Int
    package var retryPolicy: RetryPolicy

    package init(
        id: JobID,
        uuid: String = "",
        plan: Plan,
        splits: [[Split]],
        weight: Int = 1,
        retryPolicy: RetryPolicy = RetryPolicy()
    ) {
        self.id = id
        self.uuid = uuid
        self.plan = plan
        self.splits = splits
        self.weight = weight
        self.retryPolicy = retryPolicy
    }
}

extension JobSubmission: Codable {
    /// The fields other than the policy; the policy's fields are encoded next to them.
    private enum CodingKeys: String, CodingKey {
        case id, uuid, plan, splits, weight
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try fields.decode(JobID.self, forKey: .id),
            uuid: try fields.decode(String.self, forKey: .uuid),
            plan: try fields.decode(Plan.self, forKey: .plan),
            splits: try fields.decode([[Split]].self, forKey: .splits),
            weight: try fields.decode(Int.self, forKey: .weight),
            retryPolicy: try RetryPolicy(from: decoder)
        )
    }

    package func encode(to encoder: any Encoder) throws {
        try retryPolicy.encode(to: encoder)
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(id, forKey: .id)
        try fields.encode(uuid, forKey: .uuid)
        try fields.encode(plan, forKey: .plan)
        try fields.encode(splits, forKey: .splits)
        try fields.encode(weight, forKey: .weight)
    }
}
