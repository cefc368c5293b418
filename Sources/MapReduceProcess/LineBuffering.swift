internal import CSpawn

/// Has this process write its standard output line by line from now on, wherever it goes: who
/// follows a log reads a line when it was printed.
package func writeOutputByLines() { spawn_write_output_by_lines() }
