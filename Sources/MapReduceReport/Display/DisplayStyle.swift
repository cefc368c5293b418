/// How a run is shown.
package enum DisplayStyle: Hashable, Sendable {
    /// Lines for a log.
    case plain
    /// Lines that are rewritten repeatedly.
    case live(isColored: Bool)

    /// Creates the style for an output.
    ///
    /// `environment`: returns the value of an environment variable.
    package init(isTerminal: Bool, environment: (String) -> String?) {
        let terminal = environment("TERM") ?? ""
        let service = environment("CI") ?? ""
        let isWatched =
            isTerminal && !["", "dumb"].contains(terminal)
            && ["", "0", "false"].contains(service.lowercased())
        let hasColor = (environment("NO_COLOR") ?? "").isEmpty
        self = isWatched ? .live(isColored: hasColor) : .plain
    }
}
