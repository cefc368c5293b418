package import MapReduceModel

/// Writes one output file: bytes through a buffer, compressed if that is asked for, with the
/// checksum of what is stored and the number of records.
///
/// The file gets its name in the output directory when the job commits.
@usableFromInline
package final class PartWriter {
    private let file: OpenFile
    /// What was added and not written yet; of a compressed file, what goes into one member.
    private let buffer: UnsafeMutableRawBufferPointer
    private let gzip: GzipBlocks?
    @exclusivity(unchecked) private var used = 0
    private var byteCount = 0
    @exclusivity(unchecked) private var recordCount = 0
    private var checksum = Checksum()

    package init(path: String, compression: OutputCompression = .none) throws {
        let bufferByteCount: Int
        switch compression {
        case .none:
            gzip = nil
            bufferByteCount = EngineLimits.partBufferByteCount
        case .gzip:
            gzip = try GzipBlocks()
            bufferByteCount = GzipBlocks.maxByteCount
        }
        file = try PhaseClock.measure(.write) { try OpenFile(creating: path) }
        buffer = .allocate(byteCount: bufferByteCount, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// Appends one record.
    @usableFromInline
    package func add(_ record: UnsafeRawBufferPointer) throws {
        recordCount += 1
        if record.count > buffer.count - used { return try addLarge(record) }
        append(record)
    }

    /// Appends one record that is in two pieces.
    @usableFromInline
    package func add(
        _ first: UnsafeRawBufferPointer,
        _ second: UnsafeRawBufferPointer
    ) throws {
        recordCount += 1
        if first.count + second.count > buffer.count - used {
            try flush()
            if first.count + second.count > buffer.count {
                try addLarge(first)
                return try addLarge(second)
            }
        }
        append(first)
        append(second)
    }

    /// Appends what is no record, before all that are: a compressed file has it in a member of its
    /// own.
    package func add(header: UnsafeRawBufferPointer) throws {
        try addLarge(header)
        if gzip != nil { try flush() }
    }

    private func append(_ bytes: UnsafeRawBufferPointer) {
        if let source = bytes.baseAddress, let base = buffer.baseAddress {
            (base + used).copyMemory(from: source, byteCount: bytes.count)
        }
        used += bytes.count
    }

    /// Appends bytes that the buffer has no room for, or that are more than it holds.
    private func addLarge(_ bytes: UnsafeRawBufferPointer) throws {
        try flush()
        var rest = bytes
        while rest.count > buffer.count {
            try write(UnsafeRawBufferPointer(rebasing: rest[..<buffer.count]))
            rest = UnsafeRawBufferPointer(rebasing: rest[buffer.count...])
        }
        append(rest)
    }

    private func flush() throws {
        guard used > 0 else { return }
        try write(UnsafeRawBufferPointer(rebasing: buffer[..<used]))
        used = 0
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws {
        try PhaseClock.measure(.write) {
            guard let gzip else { return try store(bytes) }
            try store(try ExecutionOwner.engine { try gzip.compress(bytes) })
        }
    }

    private func store(_ bytes: UnsafeRawBufferPointer) throws {
        checksum.add(bytes)
        byteCount += bytes.count
        try file.write(bytes)
    }

    /// Writes what is left and waits until it is on the disk.
    package func commit() throws -> OutputFile {
        try flush()
        if gzip != nil { try GzipBlocks.end.withUnsafeBytes { try store($0) } }
        try PhaseClock.measure(.commit) { try file.sync() }
        return OutputFile(
            path: file.path,
            byteCount: byteCount,
            recordCount: recordCount,
            checksum: checksum.value
        )
    }
}
