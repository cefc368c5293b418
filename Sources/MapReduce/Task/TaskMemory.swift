internal import MapReduceEngine

/// Memory that one slot keeps from task to task, so that its pages are faulted in once.
final class TaskMemory {
    private var table: CombiningTable?
    private var buffer: SortBuffer?

    /// An empty table of that budget.
    func combiningTable(memoryByteCount: Int) throws -> CombiningTable {
        buffer = nil
        if let table {
            table.removeAll()
            // When a task spills must not depend on those before it: its output might.
            try table.shrink()
            return table
        }
        let table = try CombiningTable(memoryByteCount: memoryByteCount)
        self.table = table
        return table
    }

    /// An empty buffer of that budget.
    func sortBuffer(memoryByteCount: Int) throws -> SortBuffer {
        table = nil
        if let buffer {
            buffer.removeAll()
            return buffer
        }
        let buffer = try SortBuffer(memoryByteCount: memoryByteCount)
        self.buffer = buffer
        return buffer
    }
}
