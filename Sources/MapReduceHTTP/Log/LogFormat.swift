/// How the lines of a service's log look.
package enum LogFormat: String, CaseIterable, Sendable {
    /// For people.
    case text
    /// For programs: an object on each line.
    case json
}
