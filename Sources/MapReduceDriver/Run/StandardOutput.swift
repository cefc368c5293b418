internal import MapReduceEngine
package import MapReduceModel
package import MapReduceProcess

#if canImport(Glibc)
internal import Glibc
#endif

/// Writes a job's parts, one after another, to standard output.
package struct StandardOutput {
    /// Signals; one of them ends the wait for a reader that does not read.
    private let signals: SignalWatcher

    package init(signals: SignalWatcher) { self.signals = signals }

    /// Writes the parts.
    ///
    /// If they begin with a header of column names, writes only the first one.
    ///
    /// - Throws: `InterruptionError` after a signal, with SIGPIPE if the reader has gone away.
    package func write(_ paths: [String], _ style: OutputStyle) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        var hasHeader = false
        for path in paths {
            let file = try OpenFile(reading: path)
            let headerByteCount = try PartHeader.byteCount(of: file, style)
            var offset = hasHeader ? headerByteCount : 0
            if headerByteCount > 0 { hasHeader = true }
            while true {
                let count = try file.read(into: buffer, at: offset)
                if count == 0 { break }
                try write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                offset += count
            }
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws {
        var done = 0
        while done < bytes.count, let base = bytes.baseAddress {
            waitForOutput(on: 1, orInputOn: signals.descriptor)
            if !waitForInput(on: [signals.descriptor], timeout: .zero).isEmpty,
                let signal = signals.next()
            {
                throw InterruptionError(signal: signal)
            }
            let count = Glibc.write(
                1,
                base + done,
                min(bytes.count - done, EngineLimits.pipeChunkByteCount)
            )
            if count < 0 {
                if errno == EINTR || errno == EAGAIN { continue }
                if errno == EPIPE { throw InterruptionError(signal: SIGPIPE) }
                throw EngineError.system(
                    "write to",
                    "standard output",
                    errno: errno,
                    kind: .outOfResources
                )
            }
            done += count
        }
    }
}
