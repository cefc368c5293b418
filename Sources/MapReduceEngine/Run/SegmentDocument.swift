/// One segment of a run as the bytes of a separate run that contains only that partition: what one
/// worker sends to another.
///
///     | magic, version | blocks, as they are in the file | index of one entry | trailer |
///
/// So a fetched segment is a run like any other, and is verified like any other.
///
/// If a segment lists its blocks, the list can be requested alone; `PartialSegment` describes how
/// it is used:
///
///     | magic, version | list | index of one entry, that of the whole | trailer |
///
/// Unchecked: nothing changes after `init`; the file is read with `pread` and closed only with the
/// last reference.
package final class SegmentDocument: @unchecked Sendable {
    package let byteCount: Int
    private let run: RunReader
    /// The range in the file of the bytes between head and tail.
    private let body: Range<Int>
    private let head: [UInt8]
    private let tail: [UInt8]

    /// The part of a segment that a document contains.
    package enum Part: Sendable {
        case whole
        /// The list of its blocks, which is empty if the segment has none.
        case list
    }

    /// Opens a segment of a finished run.
    /// - Throws: `EngineError` of kind `fetchFailed` if the run cannot be read, its index cannot be
    ///   verified, or it has no such partition.
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

    /// Reads bytes from an offset on, up to the size of the target.
    /// - Returns: the number of bytes read; less than requested only at the end.
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
    /// - Throws: `EngineError` of kind `fetchFailed` if it does not match its checksums.
    package static func verify(run path: String) throws {
        let pairs = try SegmentCursor(run: RunReader(path: path), partition: 0)
        while try pairs.next() {}
    }
}
