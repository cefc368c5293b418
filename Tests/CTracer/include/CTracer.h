#pragma once

/// Attaches the calling thread to a process, whose parent cannot reap it from now on, until the
/// thread ends.
///
/// Returns 0, or the number of the error.
int tracer_seize(int process);
