/// Memory reserved all at once, to which bytes are appended one after another and never moved.
struct Arena {
    private let memory: MappedMemory
    /// The number of bytes in use; set it to 0 to discard them all.
    var used = 0

    init(byteCount: Int) throws { memory = try MappedMemory(byteCount: byteCount) }

    var base: UnsafeMutableRawPointer { memory.base }
    var capacity: Int { memory.byteCount }

    /// Appends bytes, for which there must be room.
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

    /// Returns whether these bytes are at an offset.
    func holds(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        guard let other = bytes.baseAddress else { return true }
        return compareBytes(base + offset, other, bytes.count) == 0
    }
}
