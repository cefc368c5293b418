import MapReduceEngine

/// Makes the checksums of a damaged run right again, as far as it has blocks and an index at all.
enum SealedRun {
    static func seal(_ run: [UInt8]) -> [UInt8] {
        var run = run
        let trailer = run.count - RunFormat.trailerByteCount
        guard trailer >= RunFormat.headerByteCount else { return run }
        set(&run, RunFormat.magic, at: 0)
        set(&run, RunFormat.version, at: 4)
        set(&run, RunFormat.version, at: trailer + 8)
        set(&run, RunFormat.magic, at: trailer + 12)
        let room = (trailer - RunFormat.headerByteCount) / RunFormat.indexEntryByteCount
        let count = min(Int(little32(run, trailer)), room)
        guard count > 0 else { return run }
        set(&run, UInt32(count), at: trailer)
        let start = trailer - count * RunFormat.indexEntryByteCount
        for entry in stride(from: start, to: trailer, by: RunFormat.indexEntryByteCount) {
            sealSegment(&run, entry: entry, end: start)
        }
        set(&run, checksum(run[start..<trailer]), at: trailer + 4)
        return run
    }

    private static func sealSegment(_ run: inout [UInt8], entry: Int, end: Int) {
        var offset = Int(little32(run, entry))
        let segmentEnd = min(offset + Int(little32(run, entry + 8)), end)
        var headers = Checksum()
        while offset >= 0, offset + RunFormat.blockHeaderByteCount < segmentEnd {
            let body = offset + RunFormat.blockHeaderByteCount
            let bodyEnd = min(body + Int(little32(run, offset + 4)), segmentEnd)
            set(&run, checksum(run[body..<bodyEnd]), at: offset + 12)
            run[offset..<body].withUnsafeBytes { headers.add($0) }
            guard bodyEnd > body else { break }
            offset = bodyEnd
        }
        set(&run, headers.value, at: entry + 32)
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.withUnsafeBytes { Checksum.of($0) }
    }

    private static func little32(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
    }

    private static func set(_ bytes: inout [UInt8], _ value: UInt32, at offset: Int) {
        for index in 0..<4 {
            bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index))
        }
    }
}
