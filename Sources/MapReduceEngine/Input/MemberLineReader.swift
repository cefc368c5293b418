package import MapReduceModel

/// Reads the lines that belong to a part of a multi-member gzip file.
///
/// A part consists of the members that begin in it. It cannot tell from its own text whether a
/// line begins at the start of its first member's text, so a line belongs to the part that has the
/// byte before it (and the first line of the file to the first part):
///
///     stored:  │ member │ member │ member │        │: members; ┆: where the file was cut
///                   ┆
///     text:    one\ntw   o\nthr   ee\nfour
///              ─────────────┘ the first part reads "one", "two"; the second reads "three", "four"
package final class MemberLineReader: RecordReader {
    private let input: InputFile
    private let size: Int
    /// Members that begin here or later belong to another part.
    private let end: Int
    @exclusivity(unchecked) private var window: InputWindow
    @exclusivity(unchecked) private var mark = ByteOrderMark()
    private let members: Members
    @exclusivity(unchecked) private var lineStart = 0
    @exclusivity(unchecked) private var isAtEnd = false
    private let endsAtCR: Bool

    /// `endsAtCR`: whether a lone CR also ends a line, as it ends a row.
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
        // A line that begins exactly at `textOffset` is still read: the byte before it is in this
        // part.
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
    /// The last is the one being decompressed; the first contains the last returned line.
    private var known: [(offset: Int, textOffset: Int)] = []
    /// The first member of the next part.
    private(set) var next: (offset: Int, textOffset: Int)?

    init(end: Int) { self.end = end }

    func add(_ offset: Int, _ textOffset: Int) {
        known.append((offset, textOffset))
        if next == nil, offset >= end { next = (offset, textOffset) }
    }

    /// Returns the virtual offset of a place in the text; places must not decrease between calls.
    func virtualOffset(of textOffset: Int) -> Int {
        // An empty member has no bytes: the place is in the last member that begins there.
        var index = 0
        while index + 1 < known.count, known[index + 1].textOffset <= textOffset { index += 1 }
        if index > 0 { known.removeFirst(index) }
        guard let member = known.first else { return 0 }
        return member.offset << FilePiece.virtualOffsetShift + (textOffset - member.textOffset)
    }
}
