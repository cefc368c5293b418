internal import MapReduceEngine
internal import MapReduceModel
internal import NIOCore

/// A file, existing or new, that is appended to.
final class AppendedFile {
    private let file: OpenFile
    private(set) var byteCount: Int

    init(_ path: String) throws {
        file = try OpenFile(appendingTo: path)
        byteCount = try file.signature().byteCount
    }

    func append(_ buffer: ByteBuffer) throws {
        try buffer.withUnsafeReadableBytes { try file.write($0) }
        byteCount += buffer.readableBytes
    }
}
