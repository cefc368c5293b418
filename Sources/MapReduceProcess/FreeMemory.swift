internal import CSpawn

/// Gives memory that is free back to the system: the allocator keeps it otherwise.
///
/// Cost: milliseconds, in which other threads may wait for memory.
package func returnFreeMemory() { _ = malloc_trim(0) }
