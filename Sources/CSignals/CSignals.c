#define _GNU_SOURCE
#include "CSignals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int32_t signals_thread_id(void) { return (int32_t)syscall(SYS_gettid); }

int signals_send(int32_t process, int32_t thread, int32_t signal) {
    return syscall(SYS_tgkill, process, thread, signal) == 0 ? 0 : errno;
}

typedef void (*handler)(int, siginfo_t *, void *);

/// Calls the handler that stood before, which is Swift's and writes the backtrace.
static void call(const struct sigaction *action, int number, siginfo_t *details, void *context) {
    if ((action->sa_flags & SA_SIGINFO) && action->sa_sigaction) {
        action->sa_sigaction(number, details, context);
    }
}

/// As the handlers before it, but for what is done.
static void install(int number, handler body, struct sigaction *before) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    action.sa_sigaction = body;
    sigaction(number, &action, before);
}

// MARK: The end of a task that hangs

static struct sigaction before_quit;

static void quit(int number, siginfo_t *details, void *context) {
    call(&before_quit, number, details, context);
    _exit(128 + number);
}

void signals_end_at_quit(void) { install(SIGQUIT, quit, &before_quit); }

// MARK: The place of a crash

static const int watched[] = {
    SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS, SIGQUIT, SIGINT, SIGTERM,
};
enum { watched_count = sizeof watched / sizeof watched[0] };
static struct sigaction before[watched_count];
static const unsigned char *volatile place;
static int place_reads_lines;

static void write_all(const char *text, size_t count) {
    while (count > 0) {
        ssize_t done = write(2, text, count);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return;
        text += done;
        count -= (size_t)done;
    }
}

static void write_text(const char *text) { write_all(text, strlen(text)); }

static void write_number(int64_t number) {
    char digits[24];
    size_t start = sizeof digits;
    uint64_t rest = number < 0 ? 0 : (uint64_t)number;
    do {
        digits[--start] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    write_all(digits + start, sizeof digits - start);
}

/// Writes bytes in quotation marks, those that a terminal would take for commands as dots.
static void write_quoted(const unsigned char *bytes, size_t count, int is_cut) {
    char shown[256];
    if (count > sizeof shown) count = sizeof shown;
    for (size_t index = 0; index < count; index++) {
        unsigned char byte = bytes[index];
        shown[index] = byte < 0x20 || byte == 0x7f ? '.' : (char)byte;
    }
    write_text("  record: \"");
    write_all(shown, count);
    write_text(is_cut ? "\"…\n" : "\"\n");
}

/// Writes the head of the line that begins at an offset of a file.
static void write_line(const char *path, int64_t offset) {
    unsigned char head[200];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    ssize_t count = pread(file, head, sizeof head, offset);
    close(file);
    if (count <= 0) return;
    const unsigned char *end = memchr(head, '\n', (size_t)count);
    write_quoted(head, end ? (size_t)(end - head) : (size_t)count, end == NULL && count == 200);
}

static void report(const char *what, const char *name) {
    const unsigned char *page = place;
    place = NULL;
    if (page == NULL) return;
    int64_t record, offset;
    uint16_t path_count, key_count;
    char path[2048];
    memcpy(&record, page, sizeof record);
    memcpy(&offset, page + 8, sizeof offset);
    memcpy(&path_count, page + 32, sizeof path_count);
    memcpy(&key_count, page + 34, sizeof key_count);
    if (path_count > 1984) path_count = 1984;
    if (key_count > 256) key_count = 256;
    memcpy(path, page + 64, path_count);
    path[path_count] = 0;
    write_text("\n");
    write_text(what);
    write_text(name);
    if (record <= 0) {
        write_text(", at no record\n");
        return;
    }
    write_text("\n  at ");
    write_text(path);
    if (place_reads_lines) {
        write_text(" at byte ");
        write_number(offset);
    }
    write_text(place_reads_lines ? " (record " : " (group ");
    write_number(record);
    write_text(")\n");
    if (place_reads_lines) {
        write_line(path, offset);
    } else {
        write_quoted(page + 2048, key_count, key_count == 256);
    }
}

static void crashed(int number, siginfo_t *details, void *context) {
    int is_asked = number == SIGINT || number == SIGTERM;
    report(is_asked ? "the task was interrupted: " : "the task crashed: ", strsignal(number));
    for (int index = 0; index < watched_count; index++) {
        if (watched[index] != number) continue;
        call(&before[index], number, details, context);
        signal(number, SIG_DFL);
        // What the processor raised comes again when this returns; what was sent must be sent.
        if (details->si_code <= 0) raise(number);
    }
}

static void exited(void) { report("the closure ended the process, with a call of exit", ""); }

void signals_report_place(const void *page, int reads_lines) {
    static int is_installed;
    place_reads_lines = reads_lines;
    place = page;
    if (is_installed) return;
    is_installed = 1;
    // Whoever started the process may have blocked them, and then nobody could end it.
    sigset_t set;
    sigemptyset(&set);
    for (int index = 0; index < watched_count; index++) {
        sigaddset(&set, watched[index]);
        install(watched[index], crashed, &before[index]);
        // What was to be ignored, as `nohup` wants it, is.
        if (!(before[index].sa_flags & SA_SIGINFO) && before[index].sa_handler == SIG_IGN) {
            sigaction(watched[index], &before[index], NULL);
        }
    }
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    atexit(exited);
}

void signals_forget_place(void) { place = NULL; }

// MARK: Lines on a terminal

static volatile sig_atomic_t must_erase;

/// Does what the signal does by itself; when a process that was stopped goes on, so does this.
static void leave(int number, siginfo_t *details, void *context) {
    (void)details;
    (void)context;
    int error = errno;
    // From the line of the cursor on.
    if (must_erase) write_text("\r\033[J");
    must_erase = 0;
    struct sigaction usual, ours;
    memset(&usual, 0, sizeof usual);
    usual.sa_handler = SIG_DFL;
    sigaction(number, &usual, &ours);
    raise(number);
    sigaction(number, &ours, NULL);
    errno = error;
}

void signals_erase_when_left(int erases) {
    static int is_installed;
    must_erase = erases;
    if (is_installed || !erases) return;
    is_installed = 1;
    const int numbers[] = {SIGTSTP, SIGQUIT};
    for (int index = 0; index < 2; index++) {
        struct sigaction before;
        install(numbers[index], leave, &before);
        // What was to be ignored, or has another handler, stays as it was.
        if ((before.sa_flags & SA_SIGINFO) || before.sa_handler != SIG_DFL) {
            sigaction(numbers[index], &before, NULL);
        }
    }
}
