// The one call of the C library that Swift's module of it leaves out, as it is not yet POSIX's.

#ifndef CSPAWN_H
#define CSPAWN_H

#include <spawn.h>

/// Has a process that is spawned start in another directory.
int posix_spawn_file_actions_addchdir_np(
    posix_spawn_file_actions_t *actions, const char *path);

#endif
