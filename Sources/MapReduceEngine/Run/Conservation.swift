package import MapReduceModel

/// Pairs are neither lost nor doubled nor changed from step to step; what comes out of one is
/// compared with what went into it.
package enum Conservation {
    /// - Throws: `EngineError` of kind `notConserved` where pairs differ from what they must be.
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
