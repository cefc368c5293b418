package import MapReduceModel

/// Reads the lines that belong to a part of a gzip file with many members.
///
/// A part has the members that begin in it. Whether a line begins with the text of the first of
/// them cannot be seen there, so a line belongs to the part that has the byte before it (and the
/// first line of the file to the first part):
///
///     stored:  │ member │ member │ member │        │: members; ┆: where the file was cut
///                   ┆
///     text:    one\ntw   o\nthr   ee\nfour
///              ─────────────┘ the first part reads "one", "two"; the second one "three", "four"
package final class MemberLineReader: RecordReader {
    private let input: InputFile
    private let size: Int
    /// A member that begins here or later belongs to another part.
    private let end: Int
    @exclusivity(unchecked) private var window: InputWindow
    @exclusivity(unchecked) private var mark = ByteOrderMark()
    private let members: Members
    @exclusivity(unchecked) private var lineStart = 0
    @exclusivity(unchecked) private var isAtEnd = false
    private let endsAtCR: Bool

    /// `endsAtCR`: whether a lone CR ends a line too, as it ends a row.
    package init(_ piece: FilePiece, endsAtCR: Bool = false) throws {
        self.endsAtCR = endsAtCR
        end = try piece.checkedEnd()
        size = piece.signature.byteCount
        input = try InputFile(piece)
        let start = try GzipMembers.first(
            in: piece.offset..<end,
            of: input.file,
            size: size
        )
        members = Members(end: end)
        let source = try GzipSource(
            input.stored(from: start ?? size),
            path: piece.path,
            from: start ?? size
        )
        let members = self.members
        source.memberBegan = { offset, textOffset in members.add(offset, textOffset) }
        window = InputWindow(source, path: piece.path, offset: 0, usualByteCount: .max)
        guard let start else {
            isAtEnd = true
            return
        }
        if start > 0 {
            window.origin = " of the text that begins with the member at byte \(start)"
            try window.skipLine(endsAtCR: endsAtCR) { position in
                members.next.map { $0.textOffset < position } ?? false
            }
        } else {
            mark = try ByteOrderMark(atStartOf: &window)
        }
    }

    package var recordOffset: Int { members.virtualOffset(of: lineStart) }

    package func next() throws -> UnsafeRawBufferPointer? {
        guard !isAtEnd else { return nil }
        // What follows the text of the last member is read with the byte before it.
        let position = window.position
        if let next = members.next, next.textOffset < position {
            isAtEnd = true
            try GzipMembers.checkMember(at: next.offset, of: input.file, size: size)
            try input.checkUnchanged()
            return nil
        }
        guard let line = try window.readLine(start: &lineStart, endsAtCR: endsAtCR),
            let line = mark.removed(from: line, isWholeText: window.position == line.count)
        else {
            isAtEnd = true
            try input.checkUnchanged()
            return nil
        }
        return line
    }
}

/// The members whose text is being read.
private final class Members {
    private let end: Int
    /// The last is the one that is being decompressed; the first has the last line returned.
    private var known: [(offset: Int, textOffset: Int)] = []
    /// The first member of the next part.
    private(set) var next: (offset: Int, textOffset: Int)?

    init(end: Int) { self.end = end }

    func add(_ offset: Int, _ textOffset: Int) {
        known.append((offset, textOffset))
        if next == nil, offset >= end { next = (offset, textOffset) }
    }

    /// The virtual offset of a place of the text, not before those that were asked for earlier.
    func virtualOffset(of textOffset: Int) -> Int {
        // An empty member has no byte: the place is in the last one that begins there.
        var index = 0
        while index + 1 < known.count, known[index + 1].textOffset <= textOffset { index += 1 }
        if index > 0 { known.removeFirst(index) }
        guard let member = known.first else { return 0 }
        return member.offset << FilePiece.virtualOffsetShift + (textOffset - member.textOffset)
    }
}
