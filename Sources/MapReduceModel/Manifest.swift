/// The contents of `_MANIFEST.json`, which describes a finished output.
package struct Manifest: Hashable, Codable, Sendable {
    /// The version of the manifest's own format.
    package var version = currentVersion
    /// The job's name.
    package var job: String
    /// The parts, in the order of their names.
    package var files: [File]
    /// The job's counters by name.
    package var counters: [String: Int]

    package static let currentVersion = 1

    /// One part of the output.
    package struct File: Hashable, Codable, Sendable {
        package var name: String
        package var bytes: Int
        package var records: Int
        /// CRC-32 in eight hexadecimal digits.
        package var crc32: String

        /// Returns a checksum as text in the manifest's format.
        package static func text(ofChecksum checksum: UInt32) -> String {
            let digits = String(checksum, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }

        package init(name: String, bytes: Int, records: Int, crc32: String) {
            self.name = name
            self.bytes = bytes
            self.records = records
            self.crc32 = crc32
        }
    }

    package init(job: String, files: [File], counters: Counters) {
        self.job = job
        self.files = files
        self.counters = [:]
        for entry in counters.entries { self.counters[entry.name] = entry.value }
    }
}
