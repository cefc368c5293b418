internal import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// Writes to standard output and standard error.
package enum Terminal {
    /// Writes text for people, of which what a terminal would take for a command is shown instead:
    /// names, messages and paths come from closures, files and other machines.
    ///
    /// What cannot be written is dropped, as there is nobody to tell.
    package static func write(_ text: String, to descriptor: Int32) {
        writeRaw(text.printable, to: descriptor)
    }

    /// Writes JSON for programs, which reads as the same value, and is shown by a terminal.
    package static func writeJSON(_ text: String, to descriptor: Int32) {
        writeRaw(text.printableJSON, to: descriptor)
    }

    /// Writes text as it is: what holds commands of this process's own for a terminal, and has made
    /// everything else in it printable.
    package static func writeRaw(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var done = 0
            while done < bytes.count, let base = bytes.baseAddress {
                let count = Glibc.write(descriptor, base + done, bytes.count - done)
                if count < 0 {
                    if errno == EINTR { continue }
                    return
                }
                done += count
            }
        }
    }

    package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// The columns and rows of the terminal; what it does not say is as on most.
    package static func size(_ descriptor: Int32) -> (columnCount: Int, rowCount: Int) {
        var size = winsize()
        let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0
        return (
            isKnown && size.ws_col > 0 ? Int(size.ws_col) : 80,
            isKnown && size.ws_row > 0 ? Int(size.ws_row) : 24
        )
    }

    /// Whether this process has the terminal to itself, and was not put in the background.
    package static func isForeground(_ descriptor: Int32) -> Bool {
        let group = tcgetpgrp(descriptor)
        return group < 0 || group == getpgrp()
    }
}

/// Opens what the process was started without of standard input, output and error, so that nothing
/// else gets their numbers; reading and writing there are errors all the same.
package func fillStandardDescriptors() {
    for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 {
        _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
    }
}
