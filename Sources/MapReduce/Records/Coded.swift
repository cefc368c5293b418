internal import MapReduceModel

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Any `Codable` type as a value, stored as JSON.
///
/// This is the slow path: encoding and decoding take microseconds per value, while a type that
/// conforms to `RecordValue` itself takes nanoseconds.
public struct Coded<Wrapped: Codable & Sendable>: RecordValue {
    /// The value itself.
    public var value: Wrapped

    /// Wraps a value.
    public init(_ value: Wrapped) { self.value = value }

    /// Appends the value's JSON.
    ///
    /// A value without a JSON form (such as a NaN) fails the attempt.
    public func encode(into writer: inout ByteWriter) {
        do {
            let json = try json()
            writer.append(delimited: json.span)
        } catch {
            writer.fail(error)
        }
    }

    /// Reads the value.
    public init(decoding reader: inout ByteReader) throws {
        let bytes = try reader.readDelimited()
        do {
            value = try JSONText.decode(Wrapped.self, from: Data(bytes))
        } catch {
            throw InvalidEncodingError("no \(Wrapped.self) can be decoded from its JSON: \(error)")
        }
    }

    /// Writes the JSON as one column.
    public func write(to text: inout TextWriter) {
        do {
            let json = try json()
            text.write(json: json.span)
        } catch {
            text.writer.fail(error)
        }
    }

    /// Always one.
    public static var columnCount: Int? { 1 }

    private func json() throws -> [UInt8] {
        [UInt8](try JSONText.data(value))
    }
}

extension Coded: Equatable where Wrapped: Equatable {}
