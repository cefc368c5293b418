#include "CTracer.h"

#include <errno.h>
#include <sys/ptrace.h>

int tracer_seize(int process) {
    return ptrace(PTRACE_SEIZE, process, 0, 0) == 0 ? 0 : errno;
}
