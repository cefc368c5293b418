import Foundation
import MapReduceControl
import MapReduceModel
import Testing

/// What a job's policy allows, and how it is encoded among the fields of others.
@Suite struct RetryPolicyTests {
    @Test(arguments: [
        (RetryPolicy(maxAttempts: 0), "max-attempts must be from 1 to 1000"),
        (RetryPolicy(maxAttempts: 1001), "max-attempts must be from 1 to 1000"),
        (RetryPolicy(maxBadRecords: -1), "max-bad-records must be from 0 to 1000000"),
        (RetryPolicy(maxBadRecords: 1_000_001), "max-bad-records must be from 0 to 1000000"),
        (RetryPolicy(auditPercent: -1), "audit must be a percentage, from 0 to 100"),
        (RetryPolicy(auditPercent: 101), "audit must be a percentage, from 0 to 100"),
        (
            RetryPolicy(maxAttempts: 1, maxBadRecords: 1),
            "max-bad-records needs max-attempts of at least 2"
        ),
    ])
    func isRefused(_ policy: RetryPolicy, _ message: String) {
        #expect(policy.problem { $0.rawValue } == message)
    }

    @Test(arguments: [
        RetryPolicy(), RetryPolicy(maxAttempts: 1), RetryPolicy(maxAttempts: 1000),
        RetryPolicy(maxAttempts: 2, maxBadRecords: 1_000_000, auditPercent: 100),
    ])
    func isTaken(_ policy: RetryPolicy) { #expect(policy.problem { "\($0)" } == nil) }

    /// The journal has the policy's fields beside those of the submission, as older ones do.
    @Test func aSubmissionIsFlat() throws {
        let policy = RetryPolicy(maxAttempts: 7, maxBadRecords: 3, auditPercent: 50)
        let submission = JobSubmission(
            id: JobID(1),
            uuid: "u",
            plan: Plan(name: "p", stages: []),
            splits: [],
            weight: 2,
            retryPolicy: policy
        )
        let encoded = try JSONEncoder().encode(submission)
        let fields = try #require(
            try JSONSerialization.jsonObject(with: encoded) as? [String: Any]
        )
        #expect(
            fields.keys.sorted() == [
                "auditPercent", "id", "maxAttempts", "maxBadRecords", "plan", "splits", "uuid",
                "weight",
            ]
        )
        #expect(try JSONDecoder().decode(JobSubmission.self, from: encoded) == submission)
    }

    @Test func aPolicyWithoutAFieldIsRefused() {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(RetryPolicy.self, from: Data(#"{"maxAttempts":1}"#.utf8))
        }
    }
}
