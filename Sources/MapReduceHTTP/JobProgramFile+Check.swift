internal import MapReduceControl
package import MapReduceModel

extension JobProgramFile {
    /// Checks the executable, the command line, and the side files of a job.
    package func check() throws {
        try ClusterError.require(
            DigestStore.isDigest(sha256),
            "an executable is named by its SHA-256"
        )
        try ClusterError.require(
            !arguments.isEmpty,
            "the command line begins with the program's name"
        )
        try ClusterError.require(
            arguments.reduce(0) { $0 + $1.utf8.count } <= HTTPLimits.maxArgumentByteCount,
            "the command line is too long"
        )
        try ClusterError.require(
            (arguments + [directory]).allSatisfy { !$0.utf8.contains(0) },
            "the command line has a zero byte"
        )
        try ClusterError.require(
            files.count <= Policy.maxSideFileCount,
            "a job has at most \(Policy.maxSideFileCount) side files"
        )
        try ClusterError.require(
            files.allSatisfy {
                SideFileName.isValid($0.name) && DigestStore.isDigest($0.sha256)
            },
            "a side file has a name of letters, digits, _ and -, and a SHA-256"
        )
        try ClusterError.require(
            Set(files.map(\.name)).count == files.count,
            "two side files have the same name"
        )
        try ClusterError.require(
            1...HTTPLimits.maxClusterSlotCount ~= slotCount,
            "a cluster has at least one slot"
        )
    }
}

extension ClusterError {
    /// Checks a condition.
    /// - Throws: A `ClusterError` with the message, unless the condition holds.
    package static func require(_ condition: Bool, _ message: String) throws {
        if !condition { throw badRequest("the job cannot be run: \(message)") }
    }
}
