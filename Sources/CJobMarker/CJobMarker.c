// Marks an executable as that of a job: `mapreduce submit` looks for this note before it runs what
// it is given. Notes are part of what is loaded, so that neither `strip` nor static linking removes
// them. Documentation/Formats.md describes it.

#include "CJobMarker.h"

#include <stdint.h>

struct job_note {
    uint32_t name_byte_count;
    uint32_t value_byte_count;
    uint32_t type;
    char name[12];
    uint32_t version;
};

__attribute__((section(".note.mapreduce"), used, retain, aligned(4)))
static const struct job_note note = {10, 4, 1, "MapReduce", 1};
