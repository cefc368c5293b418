/// The format of the lines of a service's log.
package enum LogFormat: String, CaseIterable, Sendable {
    /// For people.
    case text
    /// For programs: one object per line.
    case json
}
