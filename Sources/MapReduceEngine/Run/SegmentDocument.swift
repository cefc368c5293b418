/// One segment of a run as the bytes of a run of its own, which has that partition alone: what a
/// worker sends to another one.
///
///     | magic, version | blocks, as they are in the file | index of one entry | trailer |
///
/// So a fetched segment is a run like any other, and verified like any other.
///
/// Of a segment that lists its blocks, the list can be asked for alone; `PartialSegment` says what
/// becomes of it:
///
///     | magic, version | list | index of one entry, that of the whole | trailer |
///
/// Unchecked: nothing changes after `init`; the file is read by `pread`, and closed with the last
/// reference alone.
package final class SegmentDocument: @unchecked Sendable {
    package let byteCount: Int
    private let run: RunReader
    /// Where the bytes between head and tail are in the file.
    private let body: Range<Int>
    private let head: [UInt8]
    private let tail: [UInt8]

    /// What a document has of a segment.
    package enum Part: Sendable {
        case whole
        /// The list of its blocks, which is empty where the segment has none.
        case list
    }

    /// Opens a segment of a finished run.
    /// - Throws: `EngineError` of kind `fetchFailed` when the run cannot be read or its index
    ///   verified, or has no such partition.
    package init(run path: String, partition: Int, part: Part = .whole) throws {
        run = try RunReader(path: path)
        guard run.segments.indices.contains(partition) else {
            throw RunReader.corrupt(
                path,
                at: 0,
                "it has \(run.segments.count) partitions, and number \(partition) is asked for"
            )
        }
        let segment = run.segments[partition]
        let end = segment.offset + segment.byteCount
        switch part {
        case .whole: body = segment.offset..<end
        case .list: body = end - segment.listByteCount..<end
        }
        head = RunFormat.header
        var only = segment
        only.offset = RunFormat.headerByteCount
        tail = RunFormat.tail([only])
        byteCount = head.count + body.count + tail.count
    }

    /// Reads some of the bytes, up to the size of the target.
    /// - Returns: the number of bytes read; less than asked for only at the end.
    package func read(into target: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
        var done = 0
        while done < target.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: target[done...])
            let count = try readPart(into: rest, at: offset + done)
            if count == 0 { break }
            done += count
        }
        return done
    }

    private func readPart(into target: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int
    {
        if offset < head.count { return copy(head, from: offset, into: target) }
        let inBody = offset - head.count
        guard inBody < body.count else {
            return copy(tail, from: inBody - body.count, into: target)
        }
        let count = min(target.count, body.count - inBody)
        let part = UnsafeMutableRawBufferPointer(rebasing: target[..<count])
        guard try run.file.read(into: part, at: body.lowerBound + inBody) == count else {
            throw RunReader.corrupt(run.path, at: body.lowerBound + inBody, "it ends too soon")
        }
        return count
    }

    private func copy(
        _ bytes: [UInt8],
        from offset: Int,
        into target: UnsafeMutableRawBufferPointer
    ) -> Int {
        guard offset >= 0, offset < bytes.count else { return 0 }
        let part = bytes[offset...].prefix(target.count)
        target.copyBytes(from: part)
        return part.count
    }

    /// Reads a fetched run from end to end.
    /// - Throws: `EngineError` of kind `fetchFailed` where it does not match its checksums.
    package static func verify(run path: String) throws {
        let pairs = try SegmentCursor(run: RunReader(path: path), partition: 0)
        while try pairs.next() {}
    }
}
