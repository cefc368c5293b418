internal import MapReduceHTTP

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The default directories.
enum Directories {
    static func data() throws -> String {
        let variables = ProcessInfo.processInfo.environment
        if let state = variables["XDG_STATE_HOME"], !state.isEmpty { return state + "/mapreduce" }
        guard let home = variables["HOME"], !home.isEmpty else {
            throw ConfigurationError("there is no HOME to keep the journal in; give --data")
        }
        return home + "/.local/state/mapreduce"
    }
}
