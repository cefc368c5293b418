/// A segment of which only some blocks were fetched: the bytes of the whole segment, with holes in
/// place of the other blocks.
///
///     whole    | magic, version | block 0 | block 1 | block 2 | block 3 | list | index | trailer |
///     listing  | magic, version |                hole                   | list | index | trailer |
///     blocks   | magic, version |  hole   | block 1 | block 2 |  hole   | list | index | trailer |
///
/// A reader that needs only the blocks present can read it as a whole run, and finds the same cuts
/// from its list. A hole takes no space on most disks. A hole read by mistake yields zeros, which
/// are not a valid block.
package enum PartialSegment {
    /// Makes a listing from a document that contains only the list.
    /// - Throws: `EngineError` of kind `fetchFailed` if the document is damaged.
    package static func makeListing(of document: String, at path: String) throws {
        let file = try OpenFile(reading: document)
        let (segments, end) = try RunReader.readIndex(file)
        let header = RunFormat.headerByteCount
        guard segments.count == 1, segments[0].offset == header,
            end == header + segments[0].listByteCount
        else { throw RunReader.corrupt(document, at: end, "it is not the list of one segment") }
        let partial = path + ".holes"
        try Files.remove(partial)
        let target = try OpenFile(appendingTo: partial)
        try RunFormat.header.withUnsafeBytes { try target.write($0) }
        try target.setByteCount(header + segments[0].pairsByteCount)
        try copy(file, from: header, to: target)
        _ = try BlockList(of: RunReader(path: partial), partition: 0)
        try Files.rename(partial, to: path)
    }

    /// Appends the rest of a file to another one.
    fileprivate static func copy(_ file: OpenFile, from start: Int, to target: OpenFile) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: EngineLimits.blockByteCount,
            alignment: 16
        )
        defer { buffer.deallocate() }
        var offset = start
        while true {
            let count = try file.read(into: buffer, at: offset)
            if count == 0 { return }
            try target.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += count
        }
    }

    /// Reads some blocks of a run from end to end.
    /// - Throws: `EngineError` of kind `fetchFailed` if the blocks differ from the list or do not
    ///   match their checksums.
    package static func verify(run path: String, blocks: Range<Int>) throws {
        let run = try RunReader(path: path)
        for block in try BlockList(of: run, partition: 0).blocks[blocks] {
            let pairs = SegmentCursor(
                run: run,
                partition: 0,
                bytes: block.offset..<block.offset + block.byteCount
            )
            var count = 0
            while try pairs.next() {
                if count == 0, !pairs.key.elementsEqual(block.firstKey) { break }
                count += 1
            }
            guard count == block.pairCount else {
                throw RunReader.corrupt(path, at: block.offset, "a block is not the one listed")
            }
        }
    }
}

/// Writes a partial segment with some blocks as they arrive; what an earlier attempt wrote stays.
package final class PartialSegmentWriter {
    /// The range of bytes to fetch, as offsets in the document of the whole segment.
    package let bytes: Range<Int>
    /// The offset of the first byte not received yet.
    package private(set) var next: Int
    private let blocks: Range<Int>
    private let listing: String
    private let partialPath: String
    private let file: OpenFile

    /// Starts or resumes writing.
    ///
    /// `listing`: a listing of the segment.
    ///
    /// `blocks`: at least one of the blocks in the listing.
    package init(partial path: String, listing: String, blocks: Range<Int>) throws {
        self.listing = listing
        self.blocks = blocks
        partialPath = path
        let list = try BlockList(of: RunReader(path: listing), partition: 0)
        precondition(
            !blocks.isEmpty && blocks.upperBound <= list.blocks.count,
            "the blocks are some of those listed"
        )
        let header = RunFormat.header
        let inSegment = list.bytes(of: blocks)
        bytes = inSegment.lowerBound + header.count..<inSegment.upperBound + header.count
        let file = try OpenFile(appendingTo: path)
        let size = try file.signature().byteCount
        if size < bytes.lowerBound {
            try file.setByteCount(0)
            try header.withUnsafeBytes { try file.write($0) }
            try file.setByteCount(bytes.lowerBound)
        } else if size > bytes.upperBound {
            try file.setByteCount(bytes.upperBound)
        }
        self.file = file
        next = min(max(size, bytes.lowerBound), bytes.upperBound)
    }

    /// Adds fetched bytes.
    /// - Throws: `EngineError` of kind `fetchFailed` if there are more than were requested.
    package func append(_ more: UnsafeRawBufferPointer) throws {
        guard more.count <= bytes.upperBound - next else {
            throw RunReader.corrupt(partialPath, at: next, "more came than was asked for")
        }
        try file.write(more)
        next += more.count
    }

    /// Verifies the blocks and gives the file its name.
    /// - Throws: `EngineError` of kind `fetchFailed` if the blocks are truncated or damaged; if
    ///   they are damaged, the file is removed, because another attempt cannot use it.
    package func finish(as path: String) throws {
        guard next == bytes.upperBound else {
            throw RunReader.corrupt(partialPath, at: next, "not all came that was asked for")
        }
        let listing = try OpenFile(reading: self.listing)
        let (segments, _) = try RunReader.readIndex(listing)
        let end = RunFormat.headerByteCount + segments[0].pairsByteCount
        try file.setByteCount(end)
        try PartialSegment.copy(listing, from: end, to: file)
        do {
            try PartialSegment.verify(run: partialPath, blocks: blocks)
        } catch {
            try Files.remove(partialPath)
            throw error
        }
        try Files.rename(partialPath, to: path)
    }
}
