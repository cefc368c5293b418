internal import Logging
internal import MapReduceHTTP
internal import MapReduceModel

/// The executables and side files that clients have uploaded for jobs.
struct Uploads: Sendable {
    let executables: DigestStore
    let files: DigestStore

    /// Opens the stores.
    ///
    /// `directory`: the directory of the coordinator's data.
    init(directory: String, maxByteCount: Int) throws {
        executables = try DigestStore(
            .executable,
            directory: directory + "/executables",
            maxByteCount: maxByteCount
        )
        files = try DigestStore(.file, directory: directory + "/files", maxByteCount: maxByteCount)
    }

    /// Checks that a job's files were uploaded; called before the job is accepted.
    /// - Throws: `ClusterError` that names the first file of the job that was not uploaded.
    func require(_ program: JobProgramFile) throws {
        guard try executables.contains(program.sha256) else {
            throw ClusterError.badRequest(
                "the executable \(program.sha256) was not uploaded; do that first"
            )
        }
        for file in program.files where try !files.contains(file.sha256) {
            throw ClusterError.badRequest(
                "the side file \(file.name) (\(file.sha256)) was not uploaded; do that first"
            )
        }
    }

    /// Removes what no job needs any more; logs a file that stays.
    func remove(_ digests: [String], _ logger: Logger) {
        for digest in digests {
            do {
                for store in [executables, files] { try store.remove(digest) }
            } catch {
                logger.warning("an uploaded file stays", metadata: ["error": "\(error)"])
            }
        }
    }
}
