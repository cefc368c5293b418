#if canImport(Glibc)
internal import Glibc
#endif

/// Memory directly from the system: reserved at once, resident only where it was touched, and
/// released with the object.
@usableFromInline
package final class MappedMemory {
    @usableFromInline package let base: UnsafeMutableRawPointer
    @usableFromInline package let byteCount: Int

    /// Reserves memory that reads as zero.
    /// - Throws: `EngineError` of kind `outOfResources` if the system has none.
    package init(byteCount: Int) throws {
        let pointer = mmap(
            nil,
            byteCount,
            PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
            -1,
            0
        )
        guard let pointer, pointer != MAP_FAILED else {
            throw EngineError(
                .outOfResources,
                "cannot reserve \(byteCount) bytes of memory: "
                    + "\(EngineError.systemMessage(errno)); ask for less with --memory or --workers"
            )
        }
        base = pointer
        self.byteCount = byteCount
        // Only advice: the pages are the same without it, with more TLB misses.
        _ = madvise(pointer, byteCount, MADV_HUGEPAGE)
    }

    deinit { munmap(base, byteCount) }
}
