/// Bytes appended one after another to memory that was reserved at once; nothing moves.
struct Arena {
    private let memory: MappedMemory
    /// Bytes in use; set it to 0 to forget them all.
    var used = 0

    init(byteCount: Int) throws { memory = try MappedMemory(byteCount: byteCount) }

    var base: UnsafeMutableRawPointer { memory.base }
    var capacity: Int { memory.byteCount }

    /// Appends bytes, for which there is room.
    /// - Returns: the offset of the first one.
    mutating func append(_ bytes: UnsafeRawBufferPointer) -> Int {
        precondition(bytes.count <= capacity - used, "the owner of an arena checks its budget")
        let offset = used
        if let source = bytes.baseAddress {
            (base + offset).copyMemory(from: source, byteCount: bytes.count)
        }
        used += bytes.count
        return offset
    }

    /// Whether these bytes stand at that offset.
    func holds(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        guard let other = bytes.baseAddress else { return true }
        return compareBytes(base + offset, other, bytes.count) == 0
    }
}
