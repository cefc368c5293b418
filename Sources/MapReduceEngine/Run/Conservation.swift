package import MapReduceModel

/// Checks that no step loses, duplicates, or changes pairs, by comparing its output with its input.
package enum Conservation {
    /// - Throws: `EngineError` of kind `notConserved` if the pairs are not the expected ones.
    ///
    /// `step`: what was done, for the message.
    package static func check(
        _ pairs: PairChecksum,
        isEqualTo expected: PairChecksum,
        in step: @autoclosure () -> String
    ) throws {
        guard pairs != expected else { return }
        let difference =
            pairs.count == expected.count
            ? "\(pairs.count) pairs are not those that went in"
            : "\(expected.count) pairs went in, and \(pairs.count) came out"
        throw EngineError(
            .notConserved,
            "\(step()) has changed pairs: \(difference); if it happens again on one machine, have "
                + "its memory tested"
        )
    }
}
