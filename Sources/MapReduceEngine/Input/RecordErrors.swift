/// Creates errors for a task's current record, whose place in the input it knows.
///
/// Field readers call it when a field is not what the caller asked for.
package protocol RecordErrors: AnyObject {
    /// The file being read.
    var path: String { get }

    /// `index`: the offset of the problem within the record.
    func error(_ message: String, in record: UnsafeRawBufferPointer, at index: Int) -> any Error
}
