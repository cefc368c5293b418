internal import CSignals

/// The cleanup of a terminal when a key stops or ends the process.
package enum TerminalCleanup {
    /// Sets whether suspending or quitting, by Ctrl-Z or Ctrl-\\, erases the terminal from the
    /// cursor's line down.
    package static func setErasesOnSuspend(_ erases: Bool) {
        signals_erase_when_left(erases ? 1 : 0)
    }
}
