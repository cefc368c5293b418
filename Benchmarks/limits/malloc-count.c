// Counts the heap allocations of a process, all threads together, and prints their number to
// standard error when it ends, by exit or by _exit.
// cc -O2 -shared -fPIC malloc-count.c -o malloc-count.so
// LD_PRELOAD=./malloc-count.so program
//
// For glibc: the allocator is called by its other names, so that finding it allocates nothing.
// What frees memory is left alone.
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static atomic_ulong allocations;
static atomic_flag reported = ATOMIC_FLAG_INIT;

static void count(void) { atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed); }

void *malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count();
    return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
    count();
    return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

void *memalign(size_t alignment, size_t size) { return aligned_alloc(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
    void *memory = aligned_alloc(alignment, size);
    if (!memory) return ENOMEM;
    *result = memory;
    return 0;
}

// No stdio: it may be shut down by now, and it allocates.
__attribute__((destructor)) static void report(void) {
    if (atomic_flag_test_and_set(&reported)) return;
    char text[64] = "allocations: ", digits[24];
    size_t length = 13, n = 0;
    unsigned long value = atomic_load(&allocations);
    do digits[n++] = '0' + value % 10;
    while (value /= 10);
    while (n > 0) text[length++] = digits[--n];
    text[length++] = '\n';
    if (write(STDERR_FILENO, text, length) < 0) return;
}

void _exit(int status) {
    report();
    syscall(SYS_exit_group, status);
    __builtin_unreachable();
}

void _Exit(int status) { _exit(status); }
