#define _GNU_SOURCE
#include "CSpawn.h"

#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

void spawn_write_output_by_lines(void) {
    fflush(stdout);
    setvbuf(stdout, NULL, _IOLBF, 0);
}

int spawn_open_process(int process) { return (int)syscall(SYS_pidfd_open, process, 0); }
