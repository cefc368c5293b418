// The calls of the C library that Swift's module of it leaves out, as they are not POSIX's.

#ifndef CSPAWN_H
#define CSPAWN_H

#include <spawn.h>

/// Has a process that is spawned start in another directory.
int posix_spawn_file_actions_addchdir_np(
    posix_spawn_file_actions_t *actions, const char *path);

/// Has a process that is spawned start without the descriptors from this one on.
int posix_spawn_file_actions_addclosefrom_np(
    posix_spawn_file_actions_t *actions, int from);

#endif
