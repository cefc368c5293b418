/// Steps through pairs in key order.
///
/// Call `next()` before reading the first pair, and never again after it has returned false. `key`
/// and `value` are valid until the next `next()`.
@usableFromInline
package protocol PairCursor: AnyObject {
    /// Moves to the next pair.
    /// - Returns: false at the end.
    /// - Throws: `EngineError` of kind `fetchFailed` if the data read does not match its checksum.
    func next() throws -> Bool
    var key: UnsafeRawBufferPointer { get }
    var value: UnsafeRawBufferPointer { get }
}
