/// A record that is skipped because the user's code failed at it repeatedly.
package struct BadRecord: Hashable, Codable, Sendable {
    package var file: String
    /// Where the record begins, in bytes of the file's uncompressed text.
    package var offset: Int
    /// How the user's code failed.
    package var reason: String
    /// The record as text, cut to 64 KiB; bytes that are not valid UTF-8 are replaced.
    ///
    /// Nil until an attempt has skipped it.
    package var bytes: String?

    package init(file: String, offset: Int, reason: String, bytes: String? = nil) {
        self.file = file
        self.offset = offset
        self.reason = reason.cut(toByteCount: TaskReportLimits.maxReasonByteCount)
        self.bytes = bytes
    }
}
