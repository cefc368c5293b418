/// The result of one run for a test.
package struct CheckResult: Sendable {
    /// The outputs of the job by name; the only output has the empty name.
    package var outputs: [String: Output]
    /// The job's own counters.
    package var counters: [String: Int]
    /// The pairs that the stages have written, in the plan's order.
    package var stages: [Stage]
    /// Messages about tasks that produced two different outputs.
    package var differences: [String]

    /// The encoded pairs of one output, in order.
    package struct Output: Sendable {
        package var types: OutputTypes
        package var pairs: [(key: [UInt8], value: [UInt8])]
    }

    /// The pairs that a stage has written for other stages.
    package struct Stage: Sendable {
        /// The steps of the stage.
        package var label: String
        /// A sum over the pairs of each shuffle, regardless of their order; nil if merges make the
        /// number of pairs depend on how the run was split.
        package var written: [UInt64?]
        /// The outputs of the job that the stage writes.
        package var outputs: [String]
    }
}

/// The types of the pairs of an output.
package struct OutputTypes: Sendable {
    package var key: any RecordKey.Type
    package var value: any RecordValue.Type
}

extension RecordValue {
    /// Decodes a whole record.
    /// - Throws: If the bytes are not exactly one valid value.
    package init(record bytes: [UInt8]) throws {
        self = try bytes.withUnsafeBytes { try Self(record: $0) }
    }

    /// The value as the columns of a line.
    package var columns: String {
        var text = TextWriter()
        text.beginLine()
        write(to: &text)
        return String(decoding: text.bytes, as: UTF8.self)
    }
}
