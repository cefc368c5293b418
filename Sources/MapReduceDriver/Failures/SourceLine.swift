internal import MapReduceControl
internal import MapReduceEngine

/// A line of a program's source, for the report of a crash in it.
enum SourceLine {
    /// Returns the line that a backtrace frame names, as `FILE:LINE:COLUMN`, if this machine has
    /// the file.
    static func text(ofFrame frame: Substring) -> String? {
        guard let start = frame.lastRange(of: " at ")?.upperBound else { return nil }
        let fields = frame[start...].split(separator: ":")
        guard fields.count >= 2, let number = Int(fields[1]), number > 0 else { return nil }
        do {
            let path = String(fields[0])
            guard try Files.kind(of: path) == .file else { return nil }
            let bytes = try Files.readTail(path, byteCount: DriverLimits.maxSourceByteCount)
            let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
            guard bytes.count < DriverLimits.maxSourceByteCount, lines.indices.contains(number - 1)
            else {
                return nil
            }
            let line = String(decoding: lines[number - 1], as: UTF8.self)
            return "\(number) | " + line.drop { $0 == " " || $0 == "\t" }
        } catch {
            // The line is an extra: the frame already names it.
            return nil
        }
    }
}
