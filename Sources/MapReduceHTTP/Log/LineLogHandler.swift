package import Logging
internal import MapReduceProcess
internal import Synchronization

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A log handler that writes a service's log to standard error, one line for each event.
///
/// Each line is a single write, small enough for a pipe to take it whole: the lines of several
/// processes, as in `mapreduce cluster`, do not get mixed.
package struct LineLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    package var logLevel = Logger.Level.info
    private let service: String
    private let format: LogFormat
    private let write: @Sendable (String) -> Void

    /// The names of fields that every line has; a field with one of these names gets an underscore.
    private static let ownNames: Set<String> = ["time", "level", "service", "message"]

    /// Serializes the writes of lines.
    private static let lock = Mutex(())

    /// Creates a handler that writes to standard error.
    ///
    /// `service`: the kind of service, `coordinator` or `worker`.
    package init(service: String, format: LogFormat) {
        self.init(service: service, format: format) { line in
            Self.lock.withLock { _ in Terminal.writeRaw(line, to: 2) }
        }
    }

    /// Creates a handler that passes lines to a closure.
    ///
    /// `write`: called with a line and its line end, from any thread.
    package init(service: String, format: LogFormat, write: @escaping @Sendable (String) -> Void) {
        self.service = service
        self.format = format
        self.write = write
    }

    package subscript(metadataKey name: String) -> Logger.Metadata.Value? {
        get { metadata[name] }
        set { metadata[name] = newValue }
    }

    package func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields = fields + provided }
        if let error = event.error { fields["error"] = "\(error)" }
        if let own = event.metadata { fields = fields + own }
        let line = LogLine(
            time: Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)),
            level: event.level.rawValue,
            service: service,
            message: "\(event.message)",
            fields: fields.sorted { Self.order($0.key) < Self.order($1.key) }.map { name, value in
                (Self.ownNames.contains(name) ? name + "_" : name, LogLine.Value(value))
            }
        )
        write(line.text(format, maxByteCount: HTTPLimits.maxLogLineByteCount))
    }

    /// Returns the sort key of a field: what a line is about comes first, then the rest by name.
    private static func order(_ name: String) -> (Int, String) {
        (["job", "task", "attempt", "worker"].firstIndex(of: name) ?? 4, name)
    }
}

extension LogLine.Value {
    fileprivate init(_ value: Logger.MetadataValue) {
        switch value {
        case .string(let text): self = .text(text)
        case .stringConvertible(let value as Int): self = .bare("\(value)")
        case .stringConvertible(let value as Bool): self = .bare("\(value)")
        case .stringConvertible(let value as Double) where value.isFinite: self = .bare("\(value)")
        case .stringConvertible(let value): self = .text("\(value)")
        case .array(let values): self = .list(values.map { Self($0) })
        case .dictionary(let fields):
            self = .fields(fields.sorted { $0.key < $1.key }.map { ($0.key, Self($0.value)) })
        }
    }
}
