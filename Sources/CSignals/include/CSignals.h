// What a process does when a signal comes, in C: little else may run within a signal handler.

#ifndef CSIGNALS_H
#define CSIGNALS_H

#include <stdint.h>
#include <sys/types.h>

/// The kernel's number of the calling thread.
int32_t signals_thread_id(void);

/// Sends a signal to one thread of a process.
///
/// Returns 0, or what errno says.
int signals_send(int32_t process, int32_t thread, int32_t signal);

/// From now on SIGQUIT writes a backtrace of the thread that gets it, as a crash does, and then
/// ends the process.
void signals_end_at_quit(void);

/// From now on a crash, Ctrl-C or an exit within a task says first, on standard error, where the
/// task was: what a flight recorder's page holds, and the record itself.
///
/// `page`: the page, for as long as the process lives.
/// `reads_lines`: whether a record is a line of the file that the page names, from the offset on.
void signals_report_place(const void *page, int reads_lines);

/// Ends what `signals_report_place` began: nothing more is said.
void signals_forget_place(void);

/// Has Ctrl-Z and Ctrl-\ erase the terminal of standard error from the line of the cursor on, before
/// they do what they do, once; or not any more.
void signals_erase_when_left(int erases);

#endif
