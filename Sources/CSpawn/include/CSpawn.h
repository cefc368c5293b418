// The calls of the C library that Swift's module of it leaves out, as they are not POSIX's, or
// cannot make safely.

#ifndef CSPAWN_H
#define CSPAWN_H

#include <spawn.h>
#include <stddef.h>

/// Has a process that is spawned start in another directory.
int posix_spawn_file_actions_addchdir_np(
    posix_spawn_file_actions_t *actions, const char *path);

/// Has a process that is spawned start without the descriptors from this one on.
int posix_spawn_file_actions_addclosefrom_np(
    posix_spawn_file_actions_t *actions, int from);

/// Has standard output be written line by line, also where no person reads it.
void spawn_write_output_by_lines(void);

/// Gives memory that is free back to the system, but for so many bytes.
int malloc_trim(size_t padding);

/// A descriptor of a process, which can be read when the process has ended; -1 and `errno` where
/// there is none.
int spawn_open_process(int process);

#endif
