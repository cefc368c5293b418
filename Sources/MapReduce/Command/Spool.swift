internal import MapReduceEngine
internal import MapReduceProcess

#if canImport(Glibc)
internal import Glibc
#endif

/// Copies what can be read only once, standard input and pipes, to files of the scratch directory.
///
/// What two stages read is copied once.
final class Spool {
    private let directory: String
    /// A signal ends the wait for a stream that has nothing to say.
    private let signals: SignalWatcher
    private var copies: [String: PlannedFile] = [:]

    init(directory: String, signals: SignalWatcher) {
        self.directory = directory
        self.signals = signals
    }

    /// Copies standard input, which is named `-`, to a file named `stdin`, or a pipe.
    func copy(_ path: String) throws -> PlannedFile {
        if let known = copies[path] { return known }
        let file =
            path == "-"
            ? try copy(0, named: "standard input", to: "stdin") : try copyPipe(path)
        copies[path] = file
        return file
    }

    private func copyPipe(_ path: String) throws -> PlannedFile {
        // Without blocking, so that a pipe to which nobody writes yet can be waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw EngineError.system("read", path, errno: errno) }
        defer { close(descriptor) }
        var number = 0
        while try Files.kind(of: "\(directory)/pipe\(number)") != nil { number += 1 }
        return try copy(descriptor, named: path, to: "pipe\(number)")
    }

    private func copy(
        _ descriptor: Int32,
        named name: String,
        to fileName: String
    ) throws -> PlannedFile {
        let path = "\(directory)/\(fileName)"
        let file = try OpenFile(creating: path)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let ready = waitForInput(
                on: [signals.descriptor, descriptor],
                timeout: .seconds(60)
            )
            if ready.first == 0, let signal = signals.next() { throw Interruption(signal: signal) }
            guard ready.first == 1 else { continue }
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count == 0 { return try InputFiles.inspect(path) }
            if count < 0 {
                if errno == EINTR || errno == EAGAIN { continue }
                throw EngineError.system("read", name, errno: errno)
            }
            try file.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}
