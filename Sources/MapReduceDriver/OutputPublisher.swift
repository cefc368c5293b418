package import MapReduceControl
package import MapReduceEngine
package import MapReduceModel

/// Puts a job's output in place.
package enum OutputPublisher {
    /// Commits the winning parts, with their manifest and the skipped records.
    ///
    /// Blocks until all of it is on disk.
    package static func publish(
        _ outputs: [TaskOutput],
        of job: JobState,
        to directory: OutputDirectory
    ) throws {
        let parts = outputs.flatMap(\.parts)
        let manifest = Manifest(
            job: job.submission.plan.name,
            files: zip(parts, try directory.names(of: parts)).map { part, name in
                Manifest.File(
                    name: name,
                    bytes: part.byteCount,
                    records: part.recordCount,
                    crc32: Manifest.File.text(ofChecksum: part.checksum)
                )
            },
            counters: job.counters
        )
        try directory.commit(
            files: parts,
            manifest: JSONText.pretty(manifest),
            badRecords: JSONText.lines(job.skippedRecords)
        )
    }
}
