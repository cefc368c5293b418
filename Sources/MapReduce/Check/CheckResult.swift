/// What one run for a test has computed.
package struct CheckResult: Sendable {
    /// The outputs of the job by their names; the empty name is that of the only one.
    package var outputs: [String: Output]
    /// The counters of the job's own.
    package var counters: [String: Int]
    /// What the stages have written, in the plan's order.
    package var stages: [Stage]
    /// What is told of tasks that gave two outputs.
    package var differences: [String]

    /// The pairs of one output, encoded, in their order.
    package struct Output: Sendable {
        package var types: OutputTypes
        package var pairs: [(key: [UInt8], value: [UInt8])]
    }

    /// The pairs that a stage has handed to others.
    package struct Stage: Sendable {
        /// The steps of the stage.
        package var label: String
        /// A sum over the pairs of each shuffle, whatever their order; nil where how many there are
        /// depends on how the run was cut, as values were merged.
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
    /// - Throws: when the bytes are no such value, or more than one.
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
