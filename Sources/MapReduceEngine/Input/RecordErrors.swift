/// Makes the errors about the record that a task is at, as it knows the record's place.
///
/// What reads fields of a record calls it where a field is not what is asked for.
package protocol RecordErrors: AnyObject {
    /// The file that is being read.
    var path: String { get }

    /// `index`: the byte of the record at which something is wrong.
    func error(_ message: String, in record: UnsafeRawBufferPointer, at index: Int) -> any Error
}
