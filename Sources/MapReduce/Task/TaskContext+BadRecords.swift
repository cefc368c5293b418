internal import MapReduceEngine
internal import MapReduceModel

extension TaskContext: RecordErrors {
    var path: String { currentPath }

    func error(
        _ message: String,
        in record: UnsafeRawBufferPointer,
        at index: Int
    ) -> any Error {
        recordError(message, in: record, at: index)
    }
}

/// Handling of records on which the user's code fails.
extension TaskContext {
    /// Calls the body with a record, and notes the record's text if that fails.
    func work(
        on record: UnsafeRawBufferPointer,
        _ body: (_ record: UnsafeRawBufferPointer) throws -> Void
    ) throws {
        do {
            try body(record)
            try checkFailure()
        } catch {
            // The record is valid only while the reader exists.
            fail(at: record)
            throw error
        }
    }

    /// Calls the body with a record, and retries once if that fails; after a second failure the
    /// record is bad and is skipped.
    ///
    /// Nothing that was emitted for a bad record counts.
    /// - Throws: `HoldEmissions` if something was emitted that cannot be taken back.
    func tryTwice(
        on record: UnsafeRawBufferPointer,
        _ emissions: RecordEmissions,
        _ body: (_ record: UnsafeRawBufferPointer) throws -> Void
    ) throws {
        for isLast in [false, true] {
            emissions.begin(again: isLast)
            do {
                try body(record)
                try checkFailure()
                if emissions.areHeld { emissions.send(to: self) }
                return try checkFailure()
            } catch {
                let error = failure ?? error
                guard (error as? EngineError)?.kind.blamesRecord ?? true else { throw error }
                guard emissions.sentCount == 0 else {
                    fail(at: record)
                    throw emissions.holdsAll ? error : HoldEmissions()
                }
                emissions.forget()
                forgetFailure()
                if isLast { try skip(record, because: error) }
            }
        }
    }

    private func skip(_ record: UnsafeRawBufferPointer, because error: any Error) throws {
        let isNear = skippedRecords.count < EngineLimits.locatedRecordCount
        let reason = (error as? RecordError).map { "\(isNear ? located($0) : $0)" } ?? "\(error)"
        guard skippedRecords.count < maxBadRecords else {
            fail(at: record)
            throw EngineError(
                .badInput,
                "there are more bad records than the \(maxBadRecords) allowed; \(reason)"
            )
        }
        try note(
            BadRecord(
                file: currentPath,
                offset: currentOffset,
                reason: String(reason.prefix(EngineLimits.maxBadReasonCount))
            ),
            record
        )
    }

    /// Notes a skipped record, with its text.
    func note(_ bad: BadRecord, _ bytes: UnsafeRawBufferPointer) throws {
        let isMuch = skippedByteCount > EngineLimits.maxBadRecordByteCount
        let byteCount =
            isMuch ? EngineLimits.minBadRecordByteCount : EngineLimits.maxBadRecordByteCount
        var bad = bad
        bad.bytes = String(decoding: bytes.prefix(byteCount), as: UTF8.self)
        skippedByteCount +=
            bad.file.utf8.count + bad.reason.utf8.count + min(bytes.count, byteCount)
        guard skippedByteCount <= EngineLimits.maxBadRecordsByteCount else {
            throw EngineError(
                .badInput,
                "the task has too many bad records to report; give it less with --split-size"
            )
        }
        skippedRecords.append(bad)
        counters.add(1, to: BuiltInCounter.recordsBad)
    }
}
