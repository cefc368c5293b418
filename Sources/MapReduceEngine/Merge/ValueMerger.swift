/// Merges the encoded values of one key, one after another, as the user's closure specifies.
@usableFromInline
package protocol ValueMerger: AnyObject {
    /// Begins with the first value of a key.
    func start(_ value: UnsafeRawBufferPointer) throws
    /// Merges the next value into the current result.
    func add(_ value: UnsafeRawBufferPointer) throws
    /// Returns the merged value, encoded; valid until the next call.
    func finish() throws -> UnsafeRawBufferPointer
}
