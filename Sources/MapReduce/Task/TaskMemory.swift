internal import MapReduceEngine

/// Memory that one slot keeps from task to task, so that its pages are faulted in once.
///
/// All of a slot's tasks have the same limit on the number of pairs.
final class TaskMemory {
    private var tables: [Kept<CombiningTable>] = []
    private var buffers: [Kept<SortBuffer>] = []

    private struct Kept<Memory: AnyObject> {
        let memory: Memory
        let byteCount: Int
        var isUsed: Bool
    }

    /// Takes back everything that a task used.
    func beginTask() {
        for index in tables.indices { tables[index].isUsed = false }
        for index in buffers.indices { buffers[index].isUsed = false }
    }

    /// Frees memory that is kept but unused: another task needs different memory, within the same
    /// bounds.
    private func makeRoom() {
        tables.removeAll { !$0.isUsed }
        buffers.removeAll { !$0.isUsed }
    }

    /// Returns an empty table with the given budget.
    func combiningTable(memoryByteCount: Int, maxKeyCount: Int) throws -> CombiningTable {
        if let index = tables.firstIndex(where: { !$0.isUsed && $0.byteCount == memoryByteCount }) {
            tables[index].isUsed = true
            let table = tables[index].memory
            table.removeAll()
            // The point where a task spills must not depend on earlier tasks, because its output
            // might depend on it.
            try table.shrink()
            return table
        }
        makeRoom()
        let table = try CombiningTable(
            memoryByteCount: memoryByteCount,
            maxKeyCount: maxKeyCount
        )
        tables.append(Kept(memory: table, byteCount: memoryByteCount, isUsed: true))
        return table
    }

    /// Returns an empty buffer with the given budget.
    func sortBuffer(memoryByteCount: Int, maxPairCount: Int) throws -> SortBuffer {
        if let index = buffers.firstIndex(where: { !$0.isUsed && $0.byteCount == memoryByteCount })
        {
            buffers[index].isUsed = true
            buffers[index].memory.removeAll()
            return buffers[index].memory
        }
        makeRoom()
        let buffer = try SortBuffer(
            memoryByteCount: memoryByteCount,
            maxPairCount: maxPairCount
        )
        buffers.append(Kept(memory: buffer, byteCount: memoryByteCount, isUsed: true))
        return buffer
    }
}
