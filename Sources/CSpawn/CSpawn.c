#include "CSpawn.h"

#include <stdio.h>

void spawn_write_output_by_lines(void) {
    fflush(stdout);
    setvbuf(stdout, NULL, _IOLBF, 0);
}
