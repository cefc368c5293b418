package import MapReduceProcess
package import MapReduceReport

#if canImport(Glibc)
internal import Glibc
#endif

extension Terminal {
    /// How a run is shown on a descriptor: as the terminal there and the environment want it.
    package static func style(_ descriptor: Int32) -> DisplayStyle {
        DisplayStyle(isTerminal: isTerminal(descriptor)) { name in
            getenv(name).map { String(cString: $0) }
        }
    }
}

extension TerminalSize {
    /// The size of the terminal on a descriptor, now.
    package static func ofTerminal(_ descriptor: Int32) -> TerminalSize {
        let size = Terminal.size(descriptor)
        return TerminalSize(columnCount: size.columnCount, rowCount: size.rowCount)
    }
}

extension DisplayStyle {
    /// What shows a run in this style.
    package func display(isQuiet: Bool, isVerbose: Bool) -> any RunDisplay {
        if isQuiet { return SilentDisplay() }
        return switch self {
        case .plain: PlainDisplay(isVerbose: isVerbose)
        case .live(let isColored): LiveDisplay(isVerbose: isVerbose, isColored: isColored)
        }
    }
}
