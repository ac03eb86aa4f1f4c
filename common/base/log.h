/* SPDX-License-Identifier: ISC */
/*
 * Logging: one line, one write(2), to stderr.  Under the service manager
 * (JOURNAL_STREAM set) each line begins with "<level>".  Every function keeps
 * errno.  Text from outside must go through log_vis() first.
 */

#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stddef.h>

/* proc is a static string that names the process in each line. */
void	 log_init(const char *proc, int verbose);
void	 log_setverbose(int);

/* log_warn appends strerror(errno); the others do not. */
void	 log_warn(const char *, ...) __attribute__((format(printf, 1, 2)));
void	 log_warnx(const char *, ...) __attribute__((format(printf, 1, 2)));
void	 log_notice(const char *, ...) __attribute__((format(printf, 1, 2)));
void	 log_info(const char *, ...) __attribute__((format(printf, 1, 2)));
/* Logs only if verbose is at least 1. */
void	 log_debug(const char *, ...) __attribute__((format(printf, 1, 2)));

/*
 * Log and exit(1).  Only before READY, or when an invariant of our own is
 * broken.
 */
__attribute__((noreturn)) void fatal(const char *, ...)
    __attribute__((format(printf, 1, 2)));
__attribute__((noreturn)) void fatalx(const char *, ...)
    __attribute__((format(printf, 1, 2)));

/*
 * Make text from outside fit for a log line: strnvis(3) with VIS_NL|VIS_TAB|
 * VIS_CSTYLE, but not with VIS_SAFE, which lets BEL, BS and CR pass.  Returns
 * one of four rotating static buffers of 512 bytes; longer text is cut.
 */
const char *log_vis(const char *);

/* The first 8 characters of a key's base64 and "..", in rotating buffers. */
const char *log_key(const unsigned char *key);

#endif
