internal import CSpawn

/// Makes this process write its standard output line by line from now on, wherever it goes, so that
/// a reader who follows a log sees each line as soon as it is printed.
package func writeOutputByLines() { spawn_write_output_by_lines() }
