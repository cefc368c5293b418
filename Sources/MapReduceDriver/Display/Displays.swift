package import MapReduceProcess
package import MapReduceReport

#if canImport(Glibc)
internal import Glibc
#endif

extension Terminal {
    /// Returns the style for a run shown on a descriptor, from its terminal and the environment.
    package static func style(_ descriptor: Int32) -> DisplayStyle {
        DisplayStyle(isTerminal: isTerminal(descriptor)) { name in
            getenv(name).map { String(cString: $0) }
        }
    }
}

extension TerminalSize {
    /// Returns the current size of the terminal on a descriptor.
    package static func ofTerminal(_ descriptor: Int32) -> TerminalSize {
        let size = Terminal.size(descriptor)
        return TerminalSize(columnCount: size.columnCount, rowCount: size.rowCount)
    }
}

extension DisplayStyle {
    /// Returns the display that shows a run in this style.
    package func display(isQuiet: Bool, isVerbose: Bool) -> any RunDisplay {
        if isQuiet { return SilentDisplay() }
        return switch self {
        case .plain: PlainDisplay(isVerbose: isVerbose)
        case .live(let isColored): LiveDisplay(isVerbose: isVerbose, isColored: isColored)
        }
    }
}
