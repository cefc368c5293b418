internal import MapReduceModel

#if canImport(Glibc)
internal import Glibc
#endif

/// Writes to standard output and standard error.
package enum Terminal {
    /// Writes text for users, with terminal control sequences made visible: names, messages and
    /// paths come from closures, files and other machines.
    ///
    /// Text that cannot be written is dropped, because there is no one left to notify.
    package static func write(_ text: String, to descriptor: Int32) {
        writeRaw(text.printable, to: descriptor)
    }

    /// Writes JSON for programs, in a form that has the same value and is safe to show on a
    /// terminal.
    package static func writeJSON(_ text: String, to descriptor: Int32) {
        writeRaw(text.printableJSON, to: descriptor)
    }

    /// Writes text unmodified: text that contains this process's own terminal commands, and where
    /// everything else has already been made printable.
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

    /// Returns the columns and rows of the terminal; typical values if it does not report them.
    package static func size(_ descriptor: Int32) -> (columnCount: Int, rowCount: Int) {
        var size = winsize()
        let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0
        return (
            isKnown && size.ws_col > 0 ? Int(size.ws_col) : 80,
            isKnown && size.ws_row > 0 ? Int(size.ws_row) : 24
        )
    }

    /// Returns whether this process is in the foreground of its terminal.
    package static func isForeground(_ descriptor: Int32) -> Bool {
        let group = tcgetpgrp(descriptor)
        return group < 0 || group == getpgrp()
    }
}

/// Opens those of standard input, output and error that the process was started without, so that
/// nothing else gets their numbers; reading and writing them still fails.
package func fillStandardDescriptors() {
    for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 {
        _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
    }
}
