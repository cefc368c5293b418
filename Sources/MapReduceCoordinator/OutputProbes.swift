internal import HTTPTypes
internal import MapReduceEngine
internal import MapReduceHTTP
internal import MapReduceModel
internal import Synchronization

/// Directories that a coordinator makes next to an output, and workers write to, to check whether
/// both see the same disk.
///
/// If no client asks to remove one, it is removed after some time, or when the coordinator ends.
final class OutputProbes: Sendable {
    private static let prefix = ".mapreduce-check-"
    /// Paths by name.
    private let paths = Mutex<[String: String]>([:])

    /// Checks what a job with this output would find, and makes a directory next to it.
    func make(for request: OutputCheckRequest) throws -> OutputCheckAnswer {
        guard request.version == ClusterProtocol.version else {
            throw ClusterError.unknownVersion("\(request.version)")
        }
        let output = request.output
        guard output.hasPrefix("/"), output.count > 1, !output.utf8.contains(0) else {
            throw ClusterError.badRequest("the output is a path from the root on")
        }
        guard paths.withLock({ $0.count < CoordinatorLimits.maxProbeCount }) else {
            throw ClusterError(.serviceUnavailable, "busy", "other checks run; ask again later")
        }
        do {
            if let problem = try Self.problem(of: output, overwrites: request.overwrites) {
                return OutputCheckAnswer(problem: problem)
            }
            let name = "\(Self.prefix)\(UInt64.random(in: 0 ... .max))"
            let probe = "\(try Self.directory(above: output))/\(name)"
            // Created in the same way as the output will be, for workers that run as another user.
            try Files.createNewDirectory(probe)
            paths.withLock { $0[name] = probe }
            Task {
                try await Task.sleep(for: CoordinatorLimits.probeLifetime)
                try remove(named: name)
            }
            return OutputCheckAnswer(probe: probe)
        } catch let error as EngineError {
            return OutputCheckAnswer(problem: error.message)
        }
    }

    /// Removes a directory that was made here; leaves any other alone.
    func remove(named name: String) throws {
        guard let path = paths.withLock({ $0.removeValue(forKey: name) }) else { return }
        try Files.remove(path)
    }

    /// Removes all directories; called when the coordinator ends.
    func removeAll() throws {
        for name in paths.withLock({ Array($0.keys) }) { try remove(named: name) }
    }

    private static func problem(of output: String, overwrites: Bool) throws -> String? {
        switch try Files.kind(of: output) {
        case nil: return nil
        case .file, .other: return "\(output) is a file"
        case .directory:
            let names = try Files.names(in: output)
                .filter { $0 != OutputDirectory.temporaryName }
            return names.isEmpty || overwrites ? nil : "\(output) exists, and is not empty"
        }
    }

    /// Returns the nearest existing directory above a path.
    private static func directory(above path: String) throws -> String {
        var parent = Files.parent(of: path) ?? "/"
        while try Files.kind(of: parent) == nil { parent = Files.parent(of: parent) ?? "/" }
        return parent == "/" ? "" : parent
    }
}
