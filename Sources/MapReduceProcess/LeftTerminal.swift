internal import CSignals

/// What becomes of a terminal when a key stops or ends the process.
package enum LeftTerminal {
    /// Has Ctrl-Z and Ctrl-\\ erase the terminal from the line of the cursor on, before they do
    /// what they do; or not any more.
    package static func isErased(_ isErased: Bool) {
        signals_erase_when_left(isErased ? 1 : 0)
    }
}
