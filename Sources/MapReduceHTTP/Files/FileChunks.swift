internal import MapReduceEngine
internal import MapReduceModel
package import NIOCore

/// The bytes of a file as a sequence of buffers, read on demand.
package struct FileChunks: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer

    let path: String

    package init(path: String) { self.path = path }

    package func byteCount() throws -> Int { try OpenFile(reading: path).signature().byteCount }

    package func makeAsyncIterator() -> Iterator { Iterator(path: path) }

    package struct Iterator: AsyncIteratorProtocol {
        let path: String
        private var file: OpenFile?
        private var offset = 0

        init(path: String) { self.path = path }

        package mutating func next() async throws -> ByteBuffer? {
            let file = try self.file ?? OpenFile(reading: path)
            self.file = file
            let start = offset
            let buffer = try Self.read(file, at: start)
            offset += buffer.readableBytes
            return buffer.readableBytes == 0 ? nil : buffer
        }

        private static func read(_ file: OpenFile, at offset: Int) throws -> ByteBuffer {
            var buffer = ByteBufferAllocator().buffer(capacity: HTTPLimits.uploadChunkByteCount)
            try buffer.writeWithUnsafeMutableBytes(
                minimumWritableBytes: HTTPLimits.uploadChunkByteCount
            ) { try file.read(into: $0, at: offset) }
            return buffer
        }
    }
}
