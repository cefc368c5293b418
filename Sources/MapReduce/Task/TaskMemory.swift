internal import MapReduceEngine

/// Memory that one slot keeps from task to task, so that its pages are faulted in once.
///
/// All of a slot's tasks have the same limits of pairs.
final class TaskMemory {
    private var tables: [Kept<CombiningTable>] = []
    private var buffers: [Kept<SortBuffer>] = []

    private struct Kept<Memory: AnyObject> {
        let memory: Memory
        let byteCount: Int
        var isUsed: Bool
    }

    /// Takes all back that a task used.
    func beginTask() {
        for index in tables.indices { tables[index].isUsed = false }
        for index in buffers.indices { buffers[index].isUsed = false }
    }

    /// What is kept and not used goes: another task needs other memory, within the same bounds.
    private func makeRoom() {
        tables.removeAll { !$0.isUsed }
        buffers.removeAll { !$0.isUsed }
    }

    /// An empty table of that budget.
    func combiningTable(memoryByteCount: Int, maxKeyCount: Int) throws -> CombiningTable {
        if let index = tables.firstIndex(where: { !$0.isUsed && $0.byteCount == memoryByteCount }) {
            tables[index].isUsed = true
            let table = tables[index].memory
            table.removeAll()
            // When a task spills must not depend on those before it: its output might.
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

    /// An empty buffer of that budget.
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
