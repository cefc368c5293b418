internal import MapReduceEngine
internal import MapReduceProcess
internal import MapReduceReport

/// Rejects a memory budget that exceeds the machine's available memory, before any work is done.
enum MemoryCheck {
    static func check(_ settings: RunSettings) throws {
        let (needed, overflow) = settings.limits.memoryByteCount
            .multipliedReportingOverflow(by: settings.workerCount)
        guard let available = HostMemory.usable else { return }
        guard overflow || needed > available else { return }
        throw RunError(
            .usage,
            "\(settings.workerCount) tasks at once with --memory "
                + "\(Format.byteSize(settings.limits.memoryByteCount)) each "
                + "need more than the \(Format.bytes(available)) of memory that are free; ask for "
                + "less, or for fewer --workers"
        )
    }
}
