/// The names of side files: small files that every task of a job can read whole.
///
/// A worker also uses the name for the file in the directory where it keeps a job's side files.
package enum SideFileName {
    /// Whether a side file may have this name: ASCII letters, digits, `_` and `-`.
    package static func isValid(_ name: some StringProtocol) -> Bool {
        1...PartName.maxOutputNameByteCount ~= name.utf8.count
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
