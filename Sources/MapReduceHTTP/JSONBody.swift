package import HTTPTypes
package import Hummingbird
internal import MapReduceModel
package import NIOCore

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// Values as the bodies of requests and answers.
package enum JSONBody {
    package static func encode(_ value: some Encodable) throws -> Data {
        try JSONText.data(value)
    }

    package static func decode<Value: Decodable>(
        _ type: Value.Type,
        from bytes: ByteBuffer
    ) throws -> Value {
        try JSONText.decode(type, from: Data(bytes.readableBytesView))
    }

    package static func response(
        _ value: some Encodable,
        status: HTTPResponse.Status = .ok
    ) throws -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encode(value)))
        )
    }
}

extension Request {
    /// Returns the body as a value.
    /// - Throws: `ClusterError` if it is too large, or is not such a value.
    package func decoded<Value: Decodable>(
        as type: Value.Type
    ) async throws -> Value {
        let bytes = try await body.collect(upTo: HTTPLimits.maxBodyByteCount)
        do {
            return try JSONBody.decode(type, from: bytes)
        } catch let error as DecodingError {
            throw ClusterError.badRequest("the body is not a \(type): \(Self.describe(error))")
        }
    }

    private static func describe(_ error: DecodingError) -> String {
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context),
            .dataCorrupted(let context):
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
        case .keyNotFound(let key, _): return "\(key.stringValue) is missing"
        @unknown default: return "\(error)"
        }
    }
}
