internal import CSignals

/// What becomes of a terminal when a key stops or ends the process.
package enum TerminalCleanup {
    /// Sets whether suspending or quitting, by Ctrl-Z or Ctrl-\\, erases the terminal from the
    /// line of the cursor on first.
    package static func setErasesOnSuspend(_ erases: Bool) {
        signals_erase_when_left(erases ? 1 : 0)
    }
}
