/// How a run is shown.
package enum DisplayStyle: Hashable, Sendable {
    /// Lines for a log.
    case plain
    /// Lines that are written anew again and again.
    case live(isInColour: Bool)

    /// `environment`: the value of a variable.
    package init(isTerminal: Bool, environment: (String) -> String?) {
        let terminal = environment("TERM") ?? ""
        let service = environment("CI") ?? ""
        let isWatched =
            isTerminal && !["", "dumb"].contains(terminal)
            && ["", "0", "false"].contains(service.lowercased())
        let hasColour = (environment("NO_COLOR") ?? "").isEmpty
        self = isWatched ? .live(isInColour: hasColour) : .plain
    }
}
