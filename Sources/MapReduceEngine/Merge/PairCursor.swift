/// Steps through pairs in the order of their keys.
///
/// `next()` is called before the first pair is looked at, and never again after it returned false.
/// `key` and `value` are valid until the following `next()`.
@usableFromInline
package protocol PairCursor: AnyObject {
    /// Moves to the next pair.
    /// - Returns: false at the end.
    /// - Throws: `EngineError` of kind `fetchFailed` when what is read does not match its checksum.
    func next() throws -> Bool
    var key: UnsafeRawBufferPointer { get }
    var value: UnsafeRawBufferPointer { get }
}
