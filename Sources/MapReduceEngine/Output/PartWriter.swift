package import MapReduceModel

/// Writes one output file: bytes through a buffer, with their checksum and the number of records.
///
/// The file gets its name in the output directory when the job commits.
@usableFromInline
package final class PartWriter {
    private let file: OpenFile
    private let buffer: UnsafeMutableRawBufferPointer
    private var used = 0
    private var byteCount = 0
    private var recordCount = 0
    private var checksum = Checksum()

    package init(path: String) throws {
        file = try OpenFile(creating: path)
        buffer = .allocate(byteCount: EngineLimits.partBufferByteCount, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// Appends one record.
    @usableFromInline
    package func add(_ record: UnsafeRawBufferPointer) throws {
        recordCount += 1
        if record.count > buffer.count - used {
            try flush()
            if record.count > buffer.count {
                try write(record)
                return
            }
        }
        if let source = record.baseAddress, let base = buffer.baseAddress {
            (base + used).copyMemory(from: source, byteCount: record.count)
        }
        used += record.count
    }

    private func flush() throws {
        try write(UnsafeRawBufferPointer(rebasing: buffer[..<used]))
        used = 0
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws {
        checksum.add(bytes)
        byteCount += bytes.count
        try file.write(bytes)
    }

    /// Writes what is left and waits until it is on the disk.
    package func commit() throws -> OutputFile {
        try flush()
        try file.sync()
        return OutputFile(
            path: file.path,
            byteCount: byteCount,
            recordCount: recordCount,
            checksum: checksum.value
        )
    }
}
