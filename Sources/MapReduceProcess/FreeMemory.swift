internal import CSpawn

/// Returns free memory to the system, which the allocator would otherwise keep.
///
/// Cost: milliseconds, during which other threads may wait for memory.
package func returnFreeMemory() { _ = malloc_trim(0) }
