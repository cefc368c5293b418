/// Merges the encoded values of one key, one after another; how is for the user's closure to say.
@usableFromInline
package protocol ValueMerger: AnyObject {
    /// Begins with the first value of a key.
    func start(_ value: UnsafeRawBufferPointer) throws
    /// Merges the next value into what there is.
    func add(_ value: UnsafeRawBufferPointer) throws
    /// The merged value, encoded; valid until the following call.
    func finish() throws -> UnsafeRawBufferPointer
}
