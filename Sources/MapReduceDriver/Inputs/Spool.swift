internal import MapReduceEngine
internal import MapReduceProcess

#if canImport(Glibc)
internal import Glibc
#endif

/// Copies inputs to files of the scratch directory if they can be read only once (standard input
/// and pipes) or if their reported size is unreliable.
///
/// An input that two stages read is copied once.
final class Spool {
    private let directory: String
    /// Signals; one of them ends the wait for a stream that has no data.
    private let signals: SignalWatcher
    private var copies: [String: PlannedFile] = [:]

    init(directory: String, signals: SignalWatcher) {
        self.directory = directory
        self.signals = signals
    }

    /// The names of the copied inputs, sorted.
    var names: [String] { copies.keys.map { $0 == "-" ? "standard input" : $0 }.sorted() }

    /// Returns the name to show users for a file: for a copy, the name of its original.
    func name(of file: PlannedFile) -> String {
        guard let name = copies.first(where: { $0.value.path == file.path })?.key else {
            return file.path
        }
        return name == "-" ? "standard input" : name
    }

    /// Copies a stream; standard input goes to a file named `stdin`.
    func copy(_ stream: InputStream) throws -> PlannedFile {
        try copy(stream.path, named: stream.name) { try stream.open() }
    }

    /// Copies a file to its end, regardless of its reported size.
    func copy(_ path: String) throws -> PlannedFile {
        try copy(path, named: path) {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw EngineError.system("read", path, errno: errno) }
            return descriptor
        }
    }

    private func copy(
        _ path: String,
        named name: String,
        open: () throws -> Int32
    ) throws -> PlannedFile {
        if let known = copies[path] { return known }
        let descriptor = try open()
        defer { close(descriptor) }
        let fileName = path == "-" ? "stdin" : "pipe\(copies.count)"
        let file = try copy(descriptor, named: name, to: fileName)
        copies[path] = file
        return file
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
                timeout: ProcessLimits.maxPollWait
            )
            if ready.first == 0, let signal = signals.next() {
                throw InterruptionError(signal: signal)
            }
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
