package import MapReduceModel

/// Writes one output file through a buffer, compressed if requested, with the checksum of the
/// stored bytes and the number of records.
///
/// The file gets its name in the output directory when the job commits.
@usableFromInline
package final class PartWriter {
    private let file: OpenFile
    /// The bytes added but not yet written; for a compressed file, the contents of one member.
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

    /// Appends a header, which is not a record, before all records: in a compressed file it is in a
    /// separate member.
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

    /// Appends bytes that do not fit into the free space of the buffer, or into the whole buffer.
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

    /// Writes the rest and waits until it is on disk.
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
