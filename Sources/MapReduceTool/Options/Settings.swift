internal import Configuration
internal import MapReduceHTTP
internal import SystemPackage

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The settings that the command line omits: from the environment, and then from a file.
struct Settings {
    private let reader: ConfigReader

    /// Reads the file that `MAPREDUCE_CONFIG` names, which must exist, or the default file, if it
    /// exists.
    static func load() async throws -> Settings {
        let variables = ProcessInfo.processInfo.environment
        let named = variables["MAPREDUCE_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        let home = variables["XDG_CONFIG_HOME"] ?? (variables["HOME"] ?? "") + "/.config"
        let path = named ?? home + "/mapreduce/config"
        let environment = EnvironmentVariablesProvider()
        do {
            let file = try await EnvironmentVariablesProvider(
                environmentFilePath: FilePath(path),
                allowMissing: named == nil
            )
            return Settings(reader: ConfigReader(providers: [environment, file]))
        } catch {
            throw ConfigurationError("the configuration \(path) cannot be read: \(error)")
        }
    }

    /// Returns a setting by the suffix of its variable: `COORDINATOR` for `MAPREDUCE_COORDINATOR`.
    func string(_ name: String) -> String? {
        let value = reader.string(forKey: Self.key(name))
        return value == "" ? nil : value
    }

    /// Returns a setting that must never be printed.
    func secret(_ name: String) -> Secret? {
        let value = reader.string(forKey: Self.key(name), isSecret: true)
        return value.flatMap { $0.isEmpty ? nil : Secret($0) }
    }

    private static func key(_ name: String) -> ConfigKey {
        ConfigKey(stringLiteral: "mapreduce." + name.lowercased().replacing("_", with: "."))
    }

    /// - Throws: `ConfigurationError` when the setting is not a number.
    func int(_ name: String) throws -> Int? {
        guard let text = string(name) else { return nil }
        guard let number = Int(text) else {
            throw ConfigurationError("MAPREDUCE_\(name) is not a number: \(text)")
        }
        return number
    }
}
